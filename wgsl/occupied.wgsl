// Which bricks matter under the present Ψ: one invocation a brick.

@group(0) @binding(0) var<storage, read> lookup: Lookup;
@group(0) @binding(1) var<storage, read> found: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> bricks: array<u32>;

#import "lookup.wgsl"

@compute @workgroup_size(64)
fn occupied(@builtin(global_invocation_id) id: vec3u) {
  let count = arrayLength(&bricks);
  if (id.x >= count) {
    return;
  }
  begin_lookup();
  var some = false;
  for (var c = 0u; c < CHANNELS; c++) {
    let range = found[c * count + id.x];
    some = some || matters(c, range.x, range.y);
  }
  bricks[id.x] = u32(some);
}
