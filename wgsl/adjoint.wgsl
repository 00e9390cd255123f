// Adjoint pass: walks each ray again, back to front, without a tape. Each invocation sums its own pixel, a workgroup sums its
// lanes in a fixed order and reduce.wgsl the workgroups, so that two runs give the same bits.

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
#import "pixel_adjoint.wgsl"
#import "sample_adjoint.wgsl"
#if POSE
#import "pose_adjoint.wgsl"
#endif

const LANES = 64u;
var<workgroup> staged: array<f32, LANES>;

fn ray_adjoint(pixel: vec2u, ray: Ray, end_depth: f32, background: vec3f, d_color: vec3f, d_transmittance: f32) {
#if SHADING
  lighting = lighting_of(ray);
#endif
  begin_walk(end_depth, background, d_color, d_transmittance);
#if POSE
  var samples: RayGradient;
#endif
  for (var k = view.steps; k > 0u; ) {
    k--;
    let cell = cell_at(ray_point(ray, k));
    var probes: array<vec4f, CHANNELS>;
    for (var c = 0u; c < CHANNELS; c++) {
      probes[c] = probe_at(cell, c);
    }
#if POSE
    cell_under_way = cell;
    d_point = vec3f(0.0);
#endif
    sample_adjoint(ray.step, probes);
#if POSE
    samples.point += d_point;
    samples.point_along += (f32(k) + ray.offset) * d_point;
#endif
  }
  gradient[Psi_density] += walk.d_density;
#if SHADING
  lighting_adjoint();
#endif
#if POSE
  // Δt stands in τ beside the density.
  samples.step = walk.d_density * psi.density / ray.step;
#if SHADING
  samples.direction = -d_to_eye;
#endif
  pose_adjoint(pixel, ray, samples);
#endif
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
