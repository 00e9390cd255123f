// The adjoint's second pass: one workgroup a scalar of Ψ sums the workgroups' partial sums, in a fixed order.

@group(0) @binding(0) var<storage, read> partials: array<f32>;
@group(0) @binding(1) var<storage, read_write> total: array<f32>;

const LANES = 64u;
var<workgroup> staged: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn reduce(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) scalar: vec3u,
  @builtin(num_workgroups) scalars: vec3u,
) {
  let count = arrayLength(&partials) / scalars.x;
  var sum = 0.0;
  for (var i = lane; i < count; i += LANES) {
    sum += partials[scalar.x * count + i];
  }
  staged[lane] = sum;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      staged[lane] += staged[lane + half];
    }
  }
  if (lane == 0u) {
    total[scalar.x] = staged[0];
  }
}
