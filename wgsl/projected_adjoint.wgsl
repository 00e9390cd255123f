// A ray's adjoint where nothing is shaded: as sample_adjoint.wgsl walks it, but with every colour projected on the pixel's
// ∂L/∂C first. Then a sample has one scalar where it had three, and what it says of the transfer function is two scalars, a
// weight and a ∂L/∂extinction, with their first moments along the piece that it lies on. These are summed up for each piece,
// and become gradients of knots once a ray.

// For each piece: the projected colour at its start. Its end is the start of the next, or where it is flat of no account.
var<private> projected: array<f32, CHANNELS * PIECES + 1u>;
// Σ of w, w·along, ∂L/∂extinction, ∂L/∂extinction·along.
var<private> sums: array<vec4f, CHANNELS * PIECES>;

struct Walk {
  scale: f32,
  // As in sample_adjoint.wgsl, with T_{k+1} and the colours projected.
  d_end: f32,
  depth: f32,
  beyond: f32,
  next: f32,
  excess: f32,
  d_density: f32,
}

var<private> walk: Walk;

// Sums over the samples since the present pieces were entered, before they go to those above. Clear samples change neither
// colour nor depth: of them only their number, Σ along and Σ along² are counted.
var<private> clear_samples: f32;
var<private> clear_along: array<f32, CHANNELS>;
var<private> clear_square: array<f32, CHANNELS>;
var<private> run: array<vec4f, CHANNELS>;
var<private> piece_projected: array<f32, CHANNELS>;
var<private> piece_projected_rise: array<f32, CHANNELS>;
// The pieces met on the ray.
var<private> least_piece: array<u32, CHANNELS>;
var<private> most_piece: array<u32, CHANNELS>;

fn project_colors(d_color: vec3f) {
  for (var c = 0u; c < CHANNELS; c++) {
    least_piece[c] = PIECES;
    most_piece[c] = 0u;
    for (var piece = 0u; piece < PIECES; piece++) {
      let at = c * PIECES + piece;
      projected[at] = dot(d_color, vec3f(
        lookup.tables[c].red[piece], lookup.tables[c].green[piece], lookup.tables[c].blue[piece]));
    }
  }
}

fn projected_color(channel: u32) -> f32 {
  return piece_projected[channel] + along[channel] * piece_projected_rise[channel];
}

fn enter_projected() {
  for (var c = 0u; c < CHANNELS; c++) {
    let at = c * PIECES + piece[c];
    piece_projected[c] = projected[at];
    piece_projected_rise[c] = projected[at + 1u] - projected[at];
    least_piece[c] = min(least_piece[c], piece[c]);
    most_piece[c] = max(most_piece[c], piece[c]);
  }
}

fn count_clear() {
  clear_samples += 1.0;
  for (var c = 0u; c < CHANNELS; c++) {
    clear_along[c] += along[c];
    clear_square[c] += along[c] * along[c];
  }
}

// ∂L/∂extinction of a clear sample of colour c is scale·(T·(c − B) − T_final·∂L/∂T), with T and B the same all along the run.
fn sum_up_clear() {
  let behind = walk.beyond * (walk.next + walk.excess) + walk.d_end;
  for (var c = 0u; c < CHANNELS; c++) {
    let first = walk.beyond * piece_projected[c] - behind;
    let rise = walk.beyond * piece_projected_rise[c];
    run[c].z += walk.scale * (clear_samples * first + clear_along[c] * rise);
    run[c].w += walk.scale * (clear_along[c] * first + clear_square[c] * rise);
    clear_along[c] = 0.0;
    clear_square[c] = 0.0;
  }
  clear_samples = 0.0;
}

fn end_run() {
  for (var c = 0u; c < CHANNELS; c++) {
    let at = c * PIECES + piece[c];
    sums[at] += run[c];
    run[c] = vec4f(0.0);
  }
}

fn projected_sample(ray: Ray) {
  var extinction = 0.0;
  var mixed = walk.next;
  for (var c = 0u; c < CHANNELS; c++) {
    let own = extinction_of(c);
    if (own > 0.0) {
      let color = projected_color(c);
      extinction += own;
      mixed = select(mixed + (color - mixed) * (own / extinction), color, extinction == own);
    }
  }
  let tau = walk.scale * extinction;
  let share = walk.scale * opacity_ratio(tau);
  walk.depth = max(walk.depth - sample_depth(tau), 0.0);
  let front = transmittance_of(walk.depth);
  let weight = front * share;
  let contrast = (walk.next - mixed) + walk.excess;
  let d_tau = -walk.beyond * contrast - walk.d_end;
  walk.next = mixed;
  walk.excess = transmittance_of(tau) * contrast;
  walk.beyond = front;
  walk.d_density += d_tau * extinction * ray.step;
  for (var c = 0u; c < CHANNELS; c++) {
    let d_extinction = walk.scale * d_tau + weight * (projected_color(c) - mixed);
    piece_adjoint(c, weight * extinction_of(c), d_extinction);
  }
}

// `weight` is w, the share of the pixel's colour that the sample has.
fn piece_adjoint(channel: u32, weight: f32, d_extinction: f32) {
  run[channel] += vec4f(weight, weight * along[channel], d_extinction, d_extinction * along[channel]);
  let rise = weight * piece_projected_rise[channel] + d_extinction * piece_extinction_rise[channel];
  let t = windowed[channel];
  let du = select(0.0, rise * piece_inverse_width[channel], t > 0.0 && t < 1.0);
  let at = Psi_channels + channel * Channel_size;
#if GAMMA
  let dt = du * lookup.tables[channel].gamma * value[channel] / max(t, 1e-30);
  gradient[at + Channel_gamma] += du * value[channel] * LN_2 * precise_log2(clamp(t, 1e-30, 1.0));
#else
  let dt = du;
#endif
  let d_intensity = dt * lookup.tables[channel].inverse_range;
  gradient[at + Channel_window + Window_lo] += d_intensity * (t - 1.0);
  gradient[at + Channel_window + Window_hi] -= d_intensity * t;
#if POSE
  let corners = corners_of(cell_under_way, channel);
  d_point += d_intensity * view.channel_scale[channel] * derivative(corners, cell_under_way);
#endif
}

// What the sums say of the knots, each of which is the right end of one piece and the left end of the next.
fn knots_adjoint(d_color: vec3f) {
  for (var c = 0u; c < CHANNELS; c++) {
    // The right ends of the piece before: w, ∂L/∂extinction, ∂L/∂x.
    var carried = vec3f(0.0);
    for (var piece = least_piece[c]; piece <= most_piece[c]; piece++) {
      let at = c * PIECES + piece;
      let sum = sums[at];
      sums[at] = vec4f(0.0);
      let moments = sum.yw;
      let rest = sum.xz - moments;
      var left = vec3f(rest, 0.0);
      var right = vec3f(moments, 0.0);
#if PLACES
      // along = (u − x_left)/(x_right − x_left), and ∂L/∂along is w·rise of the colour + ∂L/∂extinction·rise of that.
      let rises = lookup.tables[c].inverse_width[piece] * vec2f(projected[at + 1u] - projected[at], lookup.tables[c].extinction_rise[piece]);
      left.z = -dot(rest, rises);
      right.z = -dot(moments, rises);
#endif
      add_to_knot(c, lookup.tables[c].left[piece], carried + left, d_color);
      carried = right;
    }
    add_to_knot(c, lookup.tables[c].right[min(most_piece[c], PIECES - 1u)], carried, d_color);
  }
}

fn add_to_knot(channel: u32, knot: u32, sum: vec3f, d_color: vec3f) {
  let at = Psi_channels + channel * Channel_size + Channel_knots + knot * Knot_size;
  add_vec3(at + Knot_color, sum.x * d_color);
  gradient[at + Knot_extinction] += sum.y;
#if PLACES
  gradient[at + Knot_x] += sum.z;
#endif
}
