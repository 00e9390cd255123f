// Optical depth, and what it lets through.

#import "elementary.wgsl"

// A sample lets no more than e⁻³² through anyway; counting more would cost the sum of a ray's depths its digits.
fn sample_depth(tau: f32) -> f32 {
  return min(tau, 32.0);
}

fn transmittance_of(depth: f32) -> f32 {
  return precise_exp2(-LOG2_E * depth);
}

// φ(τ) = (1 − exp(−τ))/τ without the cancellation that costs thin media their digits.
fn opacity_ratio(tau: f32) -> f32 {
  let series = 1.0 - tau * (0.5 - tau * (1.0 / 6.0 - tau * (1.0 / 24.0
    - tau * (1.0 / 120.0 - tau * (1.0 / 720.0 - tau / 5040.0)))));
  return select((1.0 - transmittance_of(tau)) / tau, series, tau < 0.5);
}
