// Adjoint pass: walks each ray again, back to front, without a tape. At sample k it needs T_{k+1}, for which it takes back the
// optical depth that the forward pass summed, and the colour B_k that comes from behind it, for which it composites anew. It
// keeps B_k − c_k, which is all that ∂L/∂τ needs: B_{k−1} = α_k c_k + (1 − α_k) B_k, so
//   B_{k−1} − c_{k−1} = (c_k − c_{k−1}) + (1 − α_k)(B_k − c_k).
// Nothing is divided by a transmittance and no colour is what is left of a larger one, so what lies behind dense samples
// keeps its digits too, and even fog has a contrast of 0.
// Each invocation sums its own pixel, a workgroup sums its lanes in a fixed order and reduce.wgsl the workgroups, so that two
// runs give the same bits.

#import "gradient.wgsl"

@group(0) @binding(0) var<storage, read> view: View;
@group(0) @binding(1) var<storage, read> psi: Psi;
@group(0) @binding(2) var<storage, read> volume: array<u32>;
@group(0) @binding(3) var<storage, read> radiance: array<vec4f>;
// ∂L/∂picture: display colour and transmittance.
@group(0) @binding(4) var<storage, read> upstream: array<vec4f>;
// partials[i·workgroups + w] is ∂L/∂Ψ_i (or by the pose's scalar i) over the pixels of workgroup w.
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;

#import "medium.wgsl"
#import "tone.wgsl"

const LANES = 64u;
var<private> gradient: array<f32, Gradient_size>;
var<workgroup> staged: array<f32, LANES>;

fn add_vec3(at: u32, value: vec3f) {
  gradient[at] += value.x;
  gradient[at + 1u] += value.y;
  gradient[at + 2u] += value.z;
}

#if SURFACE
#import "surface_adjoint.wgsl"
#endif
#if POSE
#import "pose_adjoint.wgsl"

// Of the sample under way.
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
fn channel_adjoint(channel: u32, cell: Cell, contribution: Contribution, d_value: vec4f) {
#if SURFACE
  let surface = surface_adjoint(channel, contribution, d_value);
  let d_intensity = transfer_adjoint(channel, contribution, surface.transfer);
#else
  let d_intensity = transfer_adjoint(channel, contribution, d_value);
#endif
#if POSE
  let corners = corners_of(cell, channel);
  d_point += d_intensity * view.channel_scale[channel] * derivative(corners, cell);
#if SURFACE
  d_point += slope_derivative(slopes_of(cell, channel, corners), surface.slope, cell);
#endif
#endif
}

fn ray_adjoint(pixel: vec2u, ray: Ray, end_depth: f32, background: vec3f, d_color: vec3f, d_transmittance: f32) {
#if SHADING
  lighting = lighting_of(ray);
#endif
  let scale = psi.density * ray.step;
  var depth = end_depth;
  let d_end = transmittance_of(end_depth) * d_transmittance;
  // c_{k+1}, and what B_k differs from it by: (1 − α_{k+1})·(B_{k+1} − c_{k+1}). The background is the last sample, opaque.
  var next = background;
  var excess = vec3f(0.0);
  var d_density = 0.0;
#if POSE
  var samples: RayGradient;
#endif
  for (var k = view.steps; k > 0u; ) {
    k--;
    let cell = cell_at(ray_point(ray, k));
    // Several channels are classified once more further down: an array of all that is made here takes drivers minutes to compile.
    var probes: array<vec4f, CHANNELS>;
    var contribution: Contribution;
    var extinction = 0.0;
    // A running mean: the mixture of channels of which but one is there is that one's colour, to the last digit.
    var mixed = next;
    for (var c = 0u; c < CHANNELS; c++) {
      probes[c] = probe_at(cell, c);
      contribution = contribution_of(c, probes[c]);
      let value = contribution.value;
      if (value.w > 0.0) {
        extinction += value.w;
        mixed = select(mixed + (value.rgb - mixed) * (value.w / extinction), value.rgb, extinction == value.w);
      }
    }
    let tau = scale * extinction;
    let share = scale * opacity_ratio(tau);
    let beyond = transmittance_of(depth);
    depth = max(depth - sample_depth(tau), 0.0);
    // w/σ, which stays finite in empty space, and the mixed colour.
    let weight = transmittance_of(depth) * share;
    // B_k − c_k, and ∂L/∂τ = −T_{k+1}·(B_k − c_k)·∂L/∂C − T_final·∂L/∂T
    let contrast = (next - mixed) + excess;
    let d_tau = -beyond * dot(contrast, d_color) - d_end;
    next = mixed;
    excess = transmittance_of(tau) * contrast;
    d_density += d_tau * extinction * ray.step;
#if POSE
    d_point = vec3f(0.0);
#endif
    for (var c = 0u; c < CHANNELS; c++) {
      if (CHANNELS > 1u) {
        contribution = contribution_of(c, probes[c]);
      }
      let value = contribution.value;
      let d_extinction = scale * d_tau + weight * dot(value.rgb - mixed, d_color);
      channel_adjoint(c, cell, contribution, vec4f(weight * value.w * d_color, d_extinction));
    }
#if POSE
    samples.point += d_point;
    samples.point_along += (f32(k) + ray.offset) * d_point;
#endif
  }
  gradient[Psi_density] += d_density;
#if SHADING
  lighting_adjoint();
#endif
#if POSE
  // Δt stands in τ beside the density.
  samples.step = d_density * psi.density / ray.step;
#if SHADING
  samples.direction = -d_to_eye;
#endif
  pose_adjoint(pixel, ray, samples);
#endif
}

fn pixel_adjoint(pixel: vec2u) {
  let index = pixel.y * view.width + pixel.x;
  let end = radiance[index];
  let above = upstream[index];
  let transmittance = transmittance_of(end.w);
  let background = background_color(pixel.y);

  let tone = tone_adjoint(tone_stages(end.rgb + transmittance * background), above.rgb);
  gradient[Psi_tone + Tone_exposure] = tone.exposure;
  gradient[Psi_tone + Tone_contrast] = tone.contrast;
  gradient[Psi_tone + Tone_saturation] = tone.saturation;
  gradient[Psi_tone + Tone_hue] = tone.hue;
  gradient[Psi_tone + Tone_gamma] = tone.gamma;

  let place = background_place(pixel.y);
  add_vec3(Psi_background + Background_top, (1.0 - place) * transmittance * tone.color);
  add_vec3(Psi_background + Background_bottom, place * transmittance * tone.color);

  let ray = camera_ray(pixel);
  if (ray.step > 0.0) {
    ray_adjoint(pixel, ray, end.w, background, tone.color, above.w);
  }
}

@compute @workgroup_size(8, 8)
fn adjoint(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  if (id.x < view.width && id.y < view.height) {
    pixel_adjoint(id.xy);
  }
  // One scalar after the other, each lane laying down its own: SwiftShader takes ten times as long to compile a loop that
  // lays down several.
  for (var i = 0u; i < Gradient_size; i++) {
    staged[lane] = gradient[i];
    workgroupBarrier();
    if (lane == 0u) {
      var sum = 0.0;
      for (var j = 0u; j < LANES; j++) {
        sum += staged[j];
      }
      partials[i * groups.x * groups.y + group.y * groups.x + group.x] = sum;
    }
    workgroupBarrier();
  }
}
