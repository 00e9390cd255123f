import type { Device } from './device.js';
import { napping } from './nap.js';
import { assemble, type Constants, declare } from './shader.js';

/** A kernel as data: its file in wgsl/ (whose name is also its entry point's) and the constants it is specialised by. */
export interface KernelSource {
  file: `${string}.wgsl`;
  constants: Constants;
  /** The folder in place of wgsl/. */
  shaders?: URL;
}

/** A compiled kernel. */
export interface Kernel {
  label: string;
  pipeline: GPUComputePipeline;
}

/** A driver takes seconds for a kernel, so each device keeps what it has compiled, for all its renderers. */
const compiled = new WeakMap<Device, Map<string, Promise<Kernel>>>();

/** @throws VoxstyleError `internal` that names the kernel, when it doesn't compile. */
export function compile(device: Device, source: KernelSource): Promise<Kernel> {
  const kernels = compiled.get(device) ?? new Map<string, Promise<Kernel>>();
  compiled.set(device, kernels);
  const key = JSON.stringify([source.file, source.constants, source.shaders?.href]);
  const kernel = kernels.get(key) ?? compileAnew(device, source);
  kernels.set(key, kernel);
  return kernel;
}

async function compileAnew(device: Device, { file, constants, shaders }: KernelSource): Promise<Kernel> {
  const entryPoint = file.replace('.wgsl', '');
  // The places of scalars, Struct_member, follow from the others.
  const telling = Object.entries(constants).filter(([name, value]) => name === name.toUpperCase() && value !== 0);
  const label = `${entryPoint}(${telling.map(([name, value]) => `${name}=${value}`)})`;
  const code = declare(constants) + assemble(file, constants, shaders);
  const pipeline = await device.checked(label, () =>
    device.gpu.createComputePipelineAsync({
      label,
      layout: 'auto',
      compute: { module: device.gpu.createShaderModule({ label, code }), entryPoint },
    }),
  );
  return { label, pipeline };
}

/** A kernel, what is bound at @group(0) @binding(i), and how many workgroups of it. */
export type Dispatch = readonly [
  kernel: Kernel,
  buffers: readonly GPUBuffer[],
  workgroups: readonly [x: number, y?: number],
];

/** Records one dispatch. */
function dispatch(
  device: Device,
  encoder: GPUCommandEncoder,
  [{ label, pipeline }, buffers, workgroups]: Dispatch,
): void {
  const group = device.gpu.createBindGroup({
    label,
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const pass = encoder.beginComputePass({ label });
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(...workgroups);
  pass.end();
}

/** Records a copy of a whole buffer; call `read` after the submit to wait for it. */
export function readback(device: Device, encoder: GPUCommandEncoder, source: GPUBuffer): () => Promise<Float32Array> {
  const staging = device.gpu.createBuffer({
    label: `readback of ${source.label}`,
    size: source.size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  encoder.copyBufferToBuffer(source, 0, staging, 0, source.size);
  return async () => {
    const mapped = device.race(staging.mapAsync(GPUMapMode.READ));
    await (device.software ? napping(mapped) : mapped);
    const copy = new Float32Array(staging.getMappedRange().slice(0));
    staging.destroy();
    return copy;
  };
}

/** Dispatches one after another, and reads a buffer back if one is named. */
export function run(device: Device, dispatches: readonly Dispatch[]): Promise<undefined>;
export function run(device: Device, dispatches: readonly Dispatch[], source: GPUBuffer): Promise<Float32Array>;
export function run(
  device: Device,
  dispatches: readonly Dispatch[],
  source?: GPUBuffer,
): Promise<Float32Array | undefined> {
  return device.checked(dispatches.map(([{ label }]) => label).join(', '), () => {
    const encoder = device.gpu.createCommandEncoder();
    for (const each of dispatches) dispatch(device, encoder, each);
    const read = source && readback(device, encoder, source);
    device.gpu.queue.submit([encoder.finish()]);
    return read?.();
  });
}
