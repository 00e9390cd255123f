// Forward pass: one invocation a pixel, front to back. Keeps only the final colour and the optical depth.

#import "psi.wgsl"
#import "view.wgsl"

@group(0) @binding(0) var<storage, read> view: View;
@group(0) @binding(1) var<storage, read> psi: Psi;
@group(0) @binding(2) var<storage, read> volume: array<u32>;
// Linear colour before the background, and optical depth: −log of the transmittance.
@group(0) @binding(3) var<storage, read_write> radiance: array<vec4f>;
// Display colour and transmittance.
@group(0) @binding(4) var<storage, read_write> picture: array<vec4f>;

#import "medium.wgsl"
#import "tone.wgsl"

@compute @workgroup_size(8, 8)
fn forward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= view.width || id.y >= view.height) {
    return;
  }
  let ray = camera_ray(id.xy);
  var color = vec3f(0.0);
  // Summed as a depth and not as a product: that keeps its digits, and can be taken back sample by sample.
  var depth = 0.0;
  if (ray.step > 0.0) {
#if SHADING
    lighting = lighting_of(ray);
#endif
    for (var k = 0u; k < view.steps; k++) {
      let cell = cell_at(ray_point(ray, k));
      var extinction = 0.0;
      var emission = vec3f(0.0);
      for (var c = 0u; c < CHANNELS; c++) {
        let value = contribution_of(c, probe_at(cell, c)).value;
        extinction += value.w;
        emission += value.w * value.rgb;
      }
      let scale = psi.density * ray.step;
      let tau = scale * extinction;
      color += transmittance_of(depth) * scale * opacity_ratio(tau) * emission;
      depth += sample_depth(tau);
    }
  }
  let pixel = id.y * view.width + id.x;
  let transmittance = transmittance_of(depth);
  radiance[pixel] = vec4f(color, depth);
  picture[pixel] = vec4f(tone_stages(color + transmittance * background_color(id.y)).display, transmittance);
}
