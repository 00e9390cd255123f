// The adjoint of a channel's classification: from ∂L/∂(colour, extinction) at a sample to its knots, window and gamma.

#if SURFACE
#import "surface_adjoint.wgsl"
#endif
#if POSE
// The sample under way, and ∂L/∂point of it.
var<private> cell_under_way: Cell;
var<private> d_point: vec3f;
#endif

// `value` is ∂L/∂(colour, extinction) of the transfer function at this sample. Returns ∂L/∂v.
fn transfer_adjoint(channel: u32, contribution: Contribution, value: vec4f) -> f32 {
  let segment = contribution.segment;
  let at = Psi_channels + channel * Channel_size;
  let left = at + Channel_knots + segment.knot * Knot_size;
  let right = left + Knot_size;

  let to_left = (1.0 - segment.place) * value;
  let to_right = segment.place * value;
  add_vec3(left + Knot_color, to_left.rgb);
  add_vec3(right + Knot_color, to_right.rgb);
  gradient[left + Knot_extinction] += to_left.w;
  gradient[right + Knot_extinction] += to_right.w;

  // ∂L/∂place, then place = (u − x_left)/(x_right − x_left).
  let rise = knot_value(channel, segment.knot + 1u) - knot_value(channel, segment.knot);
  let du = dot(value, rise) * segment.inverse_width;
  gradient[left + Knot_x] += du * (segment.place - 1.0);
  gradient[right + Knot_x] -= du * segment.place;

  let t = contribution.windowed.t;
  if (t <= 0.0 || t >= 1.0) {
    return 0.0;
  }
  let u = contribution.windowed.u;
  let dt = du * psi.channels[channel].gamma * u / t;
  let window = psi.channels[channel].window;
  let inverse_range = 1.0 / (window.hi - window.lo);
  gradient[at + Channel_gamma] += du * u * LN_2 * precise_log2(t);
  gradient[at + Channel_window + Window_lo] += dt * (t - 1.0) * inverse_range;
  gradient[at + Channel_window + Window_hi] -= dt * t * inverse_range;
  return dt * inverse_range;
}

// The same through what surfaces do to it; `d_point` becomes ∂L/∂point.
fn channel_adjoint(channel: u32, contribution: Contribution, d_value: vec4f) {
#if SURFACE
  let surface = surface_adjoint(channel, contribution, d_value);
  let d_intensity = transfer_adjoint(channel, contribution, surface.transfer);
#else
  let d_intensity = transfer_adjoint(channel, contribution, d_value);
#endif
#if POSE
  let cell = cell_under_way;
  let corners = corners_of(cell, channel);
  d_point += d_intensity * view.channel_scale[channel] * derivative(corners, cell);
#if SURFACE
  d_point += slope_derivative(slopes_of(cell, channel, corners), surface.slope, cell);
#endif
#endif
}
