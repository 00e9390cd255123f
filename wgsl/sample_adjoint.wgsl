// One sample of a walk from back to front. At sample k it needs T_{k+1}, for which it takes back the optical depth that the
// forward pass summed, and the colour B_k that comes from behind it, for which it composites anew. It keeps B_k − c_k, which
// is all that ∂L/∂τ needs: B_{k−1} = α_k c_k + (1 − α_k) B_k, so
//   B_{k−1} − c_{k−1} = (c_k − c_{k−1}) + (1 − α_k)(B_k − c_k).
// Nothing is divided by a transmittance and no colour is what is left of a larger one, so what lies behind dense samples
// keeps its digits too, and even fog has a contrast of 0.

#import "transfer_adjoint.wgsl"

struct Walk {
  // Of the pixel: ∂L/∂C, and T_final·∂L/∂T.
  d_color: vec3f,
  d_end: f32,
  // Optical depth up to behind the sample.
  depth: f32,
  // c_{k+1}, and what B_k differs from it by: (1 − α_{k+1})·(B_{k+1} − c_{k+1}). The background is the last sample, opaque.
  next: vec3f,
  excess: vec3f,
  d_density: f32,
}

var<private> walk: Walk;

fn begin_walk(end_depth: f32, background: vec3f, d_color: vec3f, d_transmittance: f32) {
  walk = Walk(d_color, transmittance_of(end_depth) * d_transmittance, end_depth, background, vec3f(0.0), 0.0);
}

fn sample_adjoint(step: f32, probes: array<vec4f, CHANNELS>) {
  let scale = psi.density * step;
  // Several channels are classified once more further down: an array of all that is made here takes drivers minutes to compile.
  var contribution: Contribution;
  var extinction = 0.0;
  // A running mean: the mixture of channels of which but one is there is that one's colour, to the last digit.
  var mixed = walk.next;
  for (var c = 0u; c < CHANNELS; c++) {
    contribution = contribution_of(c, probes[c]);
    let value = contribution.value;
    if (value.w > 0.0) {
      extinction += value.w;
      mixed = select(mixed + (value.rgb - mixed) * (value.w / extinction), value.rgb, extinction == value.w);
    }
  }
  let tau = scale * extinction;
  let share = scale * opacity_ratio(tau);
  let beyond = transmittance_of(walk.depth);
  walk.depth = max(walk.depth - sample_depth(tau), 0.0);
  // w/σ, which stays finite in empty space, and the mixed colour.
  let weight = transmittance_of(walk.depth) * share;
  // B_k − c_k, and ∂L/∂τ = −T_{k+1}·(B_k − c_k)·∂L/∂C − T_final·∂L/∂T
  let contrast = (walk.next - mixed) + walk.excess;
  let d_tau = -beyond * dot(contrast, walk.d_color) - walk.d_end;
  walk.next = mixed;
  walk.excess = transmittance_of(tau) * contrast;
  walk.d_density += d_tau * extinction * step;
  for (var c = 0u; c < CHANNELS; c++) {
    if (CHANNELS > 1u) {
      contribution = contribution_of(c, probes[c]);
    }
    let value = contribution.value;
    let d_extinction = scale * d_tau + weight * dot(value.rgb - mixed, walk.d_color);
    channel_adjoint(c, contribution, vec4f(weight * value.w * walk.d_color, d_extinction));
  }
}
