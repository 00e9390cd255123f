// Adjoint pass as adjoint.wgsl has it, without the samples that fast_forward.wgsl leaves out, unless the gradient by the
// extinction of clear knots is wanted. An invocation takes one tile's pixel after another and sums what it finds; reduce.wgsl
// sums the invocations.

#import "gradient.wgsl"

#import "scene.wgsl"

@group(0) @binding(5) var<storage, read> radiance: array<vec4f>;
@group(0) @binding(6) var<storage, read> ends: array<u32>;
// ∂L/∂picture: display colour and transmittance.
@group(0) @binding(7) var<storage, read> upstream: array<vec4f>;
// partials[i·invocations + j] is ∂L/∂Ψ_i (or by the pose's scalar i) over the pixels of invocation j.
@group(0) @binding(8) var<storage, read_write> partials: array<f32>;

#import "depth.wgsl"
#import "samples.wgsl"
#import "pixel_adjoint.wgsl"
#if POSE
#import "pose_adjoint.wgsl"
#endif
#if SURFACE
#import "contribution.wgsl"
#import "sample_adjoint.wgsl"
#else
#if POSE
var<private> cell_under_way: Cell;
var<private> d_point: vec3f;
#endif
#import "projected_adjoint.wgsl"
#endif

#if POSE
var<private> samples: RayGradient;
#endif

#if PHASES
#import "phased_adjoint.wgsl"
#else
#import "walk_adjoint.wgsl"
#endif

fn ray_adjoint(pixel: vec2u, ray: Ray, end_depth: f32, background: vec3f, d_color: vec3f, d_transmittance: f32) {
#if SURFACE
  begin_walk(end_depth, background, d_color, d_transmittance);
#else
  let beyond = transmittance_of(end_depth);
  walk = Walk(
    psi.density * ray.step, beyond * d_transmittance, end_depth, beyond, dot(background, d_color), 0.0, 0.0);
  project_colors(d_color);
#endif
#if SHADING
  lighting = lighting_of(ray);
  begin_lighting_adjoint();
#endif
#if POSE
  samples = RayGradient();
#endif
  let march = march_of(ray, pixel);
  let end = ends[pixel.y * view.width + pixel.x];
  walk_back(march, ray, end);
#if SURFACE
#else
  knots_adjoint(d_color);
#endif
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

@compute @workgroup_size(LANES)
fn fast_adjoint(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var tile = group.x; tile < tile_count(); tile += groups.x) {
    let pixel = pixel_of(tile, lane);
    if (in_picture(pixel)) {
      pixel_adjoint(pixel);
    }
  }
  let invocations = groups.x * LANES;
  for (var i = 0u; i < Gradient_size; i++) {
    partials[i * invocations + group.x * LANES + lane] = gradient[i];
  }
}
