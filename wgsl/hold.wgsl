// Takes the samples of every ray and keeps them. Once a view.

#import "psi.wgsl"
#import "view.wgsl"

@group(0) @binding(0) var<storage, read> view: View;
@group(0) @binding(1) var<storage, read> volume: array<u32>;
@group(0) @binding(2) var<storage, read_write> held: array<f32>;
@group(0) @binding(3) var<storage, read_write> spans: array<vec2f>;

#import "probe.wgsl"
#import "tiles.wgsl"
#import "held.wgsl"

@compute @workgroup_size(LANES)
fn hold(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var tile = group.x; tile < tile_count(); tile += groups.x) {
    let pixel = pixel_of(tile, lane);
    if (in_picture(pixel)) {
      let ray = camera_ray(pixel);
      hold_ray(march_of(ray, pixel), ray);
    }
  }
}

fn hold_ray(march: March, ray: Ray) {
  if (ray.step <= 0.0) {
    return;
  }
  for (var c = 0u; c < CHANNELS; c++) {
    for (var span = 0u; span < spans_on_ray(); span++) {
      var least = 1e30;
      var most = -1e30;
      for (var k = span * SPAN; k < min((span + 1u) * SPAN, view.steps); k++) {
        let probe = probe_at(cell_at(ray_point(ray, k)), c);
        held[held_index(march, c, 0u, k)] = probe.w;
#if SURFACE
        held[held_index(march, c, 1u, k)] = probe.x;
        held[held_index(march, c, 2u, k)] = probe.y;
        held[held_index(march, c, 3u, k)] = probe.z;
#endif
        least = min(least, probe.w);
        most = max(most, probe.w);
      }
      spans[span_index(march, c, span)] = vec2f(least, most);
    }
  }
}
