/**
 * One small kernel whose result is known: it tells a driver that computes from one that only opens.
 */
import type { Device } from './device.js';

/** What the kernel gave against float64 arithmetic on the CPU. */
export interface SelfTest {
  /** The largest relative error; null when the kernel gave a NaN or an infinity. */
  maxError: number | null;
  /** What `maxError` may be. */
  tolerance: number;
  passed: boolean;
  /** Wall time of compiling and running, ms. */
  milliseconds: number;
}

const LANES = 64;
const WORKGROUPS = 16;
const STEPS = 32;
// WGSL lets exp be off by 3 + 2|x| units in the last place, 6e-7 for x ≥ −1; the sums round at most 38 times, by 6e-8 each.
const TOLERANCE = 5e-6;

// The features that the renderer's kernels stand on: a loop, exp, fma, shared memory, a barrier.
const CODE = `
var<workgroup> sums: array<f32, ${LANES}>;
@group(0) @binding(0) var<storage, read_write> totals: array<f32>;

@compute @workgroup_size(${LANES})
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(global_invocation_id) id: vec3u,
) {
  let x = f32(id.x) / ${LANES * WORKGROUPS}.0;
  var sum = 0.0;
  for (var i = 0u; i < ${STEPS}u; i++) {
    sum = fma(sum, 0.75, exp(-x * f32(i) / ${STEPS}.0));
  }
  sums[lane] = sum;
  for (var half = ${LANES / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      sums[lane] += sums[lane + half];
    }
  }
  if (lane == 0u) {
    totals[workgroup.x] = sums[0];
  }
}`;

/**
 * Compiles and runs the kernel on `device`.
 *
 * @throws VoxstyleError as Device.checked() and Device.race().
 */
export async function selfTest(device: Device): Promise<SelfTest> {
  const { gpu } = device;
  const started = performance.now();
  const size = WORKGROUPS * Float32Array.BYTES_PER_ELEMENT;
  const readback = await device.checked('self-test', async () => {
    const module = gpu.createShaderModule({ label: 'self-test', code: CODE });
    const pipeline = gpu.createComputePipeline({ label: 'self-test', layout: 'auto', compute: { module } });
    const totals = gpu.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
    const copy = gpu.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const layout = pipeline.getBindGroupLayout(0);
    const group = gpu.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: totals } }] });
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(WORKGROUPS);
    pass.end();
    encoder.copyBufferToBuffer(totals, 0, copy, 0, size);
    gpu.queue.submit([encoder.finish()]);
    await copy.mapAsync(GPUMapMode.READ);
    return copy;
  });
  const totals = new Float32Array(readback.getMappedRange().slice(0));
  readback.destroy();
  const errors = expectedTotals().map((expected, index) => Math.abs(totals[index]! - expected) / expected);
  const maxError = Math.max(...errors);
  return {
    maxError: Number.isFinite(maxError) ? maxError : null,
    tolerance: TOLERANCE,
    passed: maxError <= TOLERANCE,
    milliseconds: Math.round(performance.now() - started),
  };
}

/** The kernel's arithmetic in float64. */
function expectedTotals(): number[] {
  return Array.from({ length: WORKGROUPS }, (_, workgroup) => {
    let total = 0;
    for (let lane = 0; lane < LANES; lane++) {
      const x = (workgroup * LANES + lane) / (LANES * WORKGROUPS);
      let sum = 0;
      for (let i = 0; i < STEPS; i++) sum = sum * 0.75 + Math.exp((-x * i) / STEPS);
      total += sum;
    }
    return total;
  });
}
