// The range of each channel's intensities in every brick. Once a volume: one invocation a brick and channel.

#import "psi.wgsl"
#import "view.wgsl"

@group(0) @binding(0) var<storage, read> view: View;
@group(0) @binding(1) var<storage, read> volume: array<u32>;
// Least and most, channel after channel.
@group(0) @binding(2) var<storage, read_write> found: array<vec2f>;

#import "brick.wgsl"

@compute @workgroup_size(64)
fn ranges(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = group.x * 64u + lane;
  let channel = group.y;
  if (index >= brick_count()) {
    return;
  }
  let first = brick_of(index) * BRICK;
  let to = min(first + BRICK, view.shape - 1u);
  var least = 1e30;
  var most = -1e30;
  for (var z = first.z; z <= to.z; z++) {
    for (var y = first.y; y <= to.y; y++) {
      let row = view.channel_start[channel] + view.shape.x * (y + view.shape.y * z);
      for (var x = first.x; x <= to.x; x++) {
        let v = voxel(row + x);
        least = min(least, v);
        most = max(most, v);
      }
    }
  }
  found[channel * brick_count() + index] = view.channel_scale[channel] * vec2f(least, most);
}
