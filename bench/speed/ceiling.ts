import { type Camera, orbitCamera } from '../../engine/camera.js';
import type { Device } from '../../engine/device.js';
import { TILE } from '../../engine/held.js';
import { readback } from '../../engine/kernel.js';
import { napping } from '../../engine/nap.js';
import type { Psi } from '../../engine/psi.js';
import type { Contender, Round } from './clock.js';

/** By a sampler from an r8unorm 3D texture; or by eight loads from packed bytes, as wgsl/volume.wgsl does. */
export type FetchPath = 'texture' | 'storage';

/** Milliseconds of work in one submission, so that the wait for its end is no part of the time worth speaking of. */
const BATCH_MS = 40;
const MOST_REPEATS = 64;

/** What is fetched: samples along the rays of a picture, through a cube of bytes. */
export interface FetchScene {
  /** `edge`³ voxels, x fastest; `edge` even. */
  voxels: Uint8Array;
  edge: number;
  /** Pixels along each side of the picture. */
  size: number;
  /** Samples on every ray that meets the cube. */
  steps: number;
  camera: Psi['camera'];
}

const FETCH: Readonly<Record<FetchPath, string>> = {
  texture: `
@group(0) @binding(2) var voxels: texture_3d<f32>;
@group(0) @binding(3) var trilinear: sampler;

fn fetch(point: vec3f) -> f32 {
  return textureSampleLevel(voxels, trilinear, point, 0.0).x;
}`,
  storage: `
@group(0) @binding(2) var<storage, read> voxels: array<u32>;

fn voxel(i: u32) -> f32 {
  return f32(i32((voxels[i >> 2u] >> ((i & 3u) * 8u)) & 0xffu));
}

fn four_voxels(i: u32, stride: u32, other: u32) -> vec4f {
  return vec4f(voxel(i), voxel(i + stride), voxel(i + other), voxel(i + stride + other));
}

fn fetch(point: vec3f) -> f32 {
  let grid = clamp(point * f32(EDGE) - 0.5, vec3f(0.0), vec3f(f32(EDGE - 1u)));
  let lower = vec3u(grid);
  let place = grid - vec3f(lower);
  let pitch = vec3u(1u, EDGE, EDGE * EDGE);
  let stride = select(vec3u(0u), pitch, lower + 1u < vec3u(EDGE));
  let i = lower.x + lower.y * pitch.y + lower.z * pitch.z;
  let below = four_voxels(i, stride.y, stride.z);
  let face = below + place.x * (four_voxels(i + stride.x, stride.y, stride.z) - below);
  let edge = face.xz + place.y * (face.yw - face.xz);
  return (edge.x + place.z * (edge.y - edge.x)) / 255.0;
}`,
};

// A ray a pixel, 8 × 8 of them a workgroup as in wgsl/tiles.wgsl, through the cube of side 1 about the origin.
const WALK = `
override EDGE: u32;
override SIZE: u32;
override STEPS: u32;
// Eye; right and up, half the picture long at distance 1; forward.
@group(0) @binding(0) var<uniform> camera: array<vec4f, 4>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(${TILE}, ${TILE})
fn main(@builtin(global_invocation_id) pixel: vec3u) {
  if (pixel.x >= SIZE || pixel.y >= SIZE) {
    return;
  }
  let place = (vec2f(pixel.xy) + 0.5) / f32(SIZE) * 2.0 - 1.0;
  let eye = camera[0].xyz;
  let direction = normalize(camera[3].xyz + place.x * camera[1].xyz - place.y * camera[2].xyz);
  let to_min = (-0.5 - eye) / direction;
  let to_max = (0.5 - eye) / direction;
  let near = min(to_min, to_max);
  let far = max(to_min, to_max);
  let entry = max(near.x, max(near.y, near.z));
  let step = (min(far.x, min(far.y, far.z)) - entry) / f32(STEPS);
  let start = eye + 0.5 + direction * (entry + 0.5 * step);
  let pace = direction * step;
  var sum = 0.0;
  if (step > 0.0) {
    for (var i = 0u; i < STEPS; i++) {
      sum += fetch(start + f32(i) * pace);
    }
  }
  sums[pixel.x + SIZE * pixel.y] = sum;
}`;

/**
 * How fast a device takes trilinear samples when it does nothing else: a kernel that adds up the intensities along the rays
 * of a picture. No renderer that asks the volume for each sample is faster. Whoever opens it closes it.
 */
export class Ceiling implements Contender {
  #repeats = 1;

  private constructor(
    readonly device: Device,
    readonly name: string,
    readonly pipeline: GPUComputePipeline,
    readonly group: GPUBindGroup,
    /** Workgroups along each side. */
    readonly tiles: number,
    readonly output: GPUBuffer,
    readonly inputs: readonly (GPUBuffer | GPUTexture)[],
  ) {}

  /** @throws VoxstyleError as Device.checked(). */
  static async open(device: Device, scene: FetchScene, path: FetchPath): Promise<Ceiling> {
    const { gpu } = device;
    const { edge, size, steps } = scene;
    const label = `fetch by ${path}`;
    const pipeline = await device.checked(label, () =>
      gpu.createComputePipelineAsync({
        label,
        layout: 'auto',
        compute: {
          module: gpu.createShaderModule({ label, code: WALK + FETCH[path] }),
          constants: { EDGE: edge, SIZE: size, STEPS: steps },
        },
      }),
    );
    return device.checked(label, () => {
      const camera = fill(device, GPUBufferUsage.UNIFORM, cameraValue(orbitCamera(scene.camera)));
      const { STORAGE, COPY_SRC } = GPUBufferUsage;
      const output = gpu.createBuffer({ label, size: 4 * size * size, usage: STORAGE | COPY_SRC });
      const volume = path === 'texture' ? texture(device, scene) : fill(device, STORAGE, scene.voxels);
      const bound: GPUBindingResource[] =
        'createView' in volume
          ? [volume.createView(), gpu.createSampler({ magFilter: 'linear', minFilter: 'linear' })]
          : [{ buffer: volume }];
      const group = gpu.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [{ buffer: camera }, { buffer: output }, ...bound].map((resource, binding) => ({ binding, resource })),
      });
      return new Ceiling(device, label, pipeline, group, Math.ceil(size / TILE), output, [camera, volume]);
    });
  }

  /** Milliseconds for all samples of the picture once; the warm-up finds out how often a submission takes them. */
  async round(number: number): Promise<Round> {
    if (number === 0) {
      await this.#run(1);
      this.#repeats = Math.min(MOST_REPEATS, Math.max(1, Math.ceil(BATCH_MS / (await this.#run(1)))));
    }
    return { fetch: (await this.#run(this.#repeats)) / this.#repeats };
  }

  /** The sum of each pixel's samples, intensities in [0, 1], row by row; of the latest round. */
  async sums(): Promise<Float32Array> {
    const { device, output } = this;
    return device.checked(this.name, () => {
      const encoder = device.gpu.createCommandEncoder();
      const read = readback(device, encoder, output);
      device.gpu.queue.submit([encoder.finish()]);
      return read();
    });
  }

  close(): void {
    this.output.destroy();
    for (const input of this.inputs) input.destroy();
  }

  /** Milliseconds from the submission to its end. */
  async #run(repeats: number): Promise<number> {
    const { device, pipeline, group, tiles } = this;
    return device.checked(this.name, async () => {
      const encoder = device.gpu.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let i = 0; i < repeats; i++) pass.dispatchWorkgroups(tiles, tiles);
      pass.end();
      const begun = performance.now();
      device.gpu.queue.submit([encoder.finish()]);
      const done = device.race(device.gpu.queue.onSubmittedWorkDone());
      await (device.software ? napping(done) : done);
      return performance.now() - begun;
    });
  }
}

/** Rays of a picture that meet the cube: those that have samples. */
export function raysThroughCube({ camera, size }: Pick<FetchScene, 'camera' | 'size'>): number {
  const { origin, right, up, forward, halfHeight } = orbitCamera(camera);
  let count = 0;
  for (let row = 0; row < size; row++) {
    const v = (1 - ((row + 0.5) / size) * 2) * halfHeight;
    for (let column = 0; column < size; column++) {
      const u = (((column + 0.5) / size) * 2 - 1) * halfHeight;
      let [entry, exit] = [-Infinity, Infinity];
      for (const axis of [0, 1, 2] as const) {
        const direction = forward[axis] + u * right[axis] + v * up[axis];
        const [a, b] = [(-0.5 - origin[axis]) / direction, (0.5 - origin[axis]) / direction];
        entry = Math.max(entry, Math.min(a, b));
        exit = Math.min(exit, Math.max(a, b));
      }
      if (exit > entry) count++;
    }
  }
  return count;
}

/** Four vectors, as the kernel takes them. */
function cameraValue({ origin, right, up, forward, halfHeight }: Camera): Float32Array {
  const half = (vector: readonly number[]) => vector.map((x) => x * halfHeight);
  return Float32Array.from([origin, half(right), half(up), forward].flatMap((vector) => [...vector, 0]));
}

function fill({ gpu }: Device, usage: GPUBufferUsageFlags, data: Float32Array | Uint8Array): GPUBuffer {
  const buffer = gpu.createBuffer({ size: data.byteLength, usage, mappedAtCreation: true });
  new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  buffer.unmap();
  return buffer;
}

function texture({ gpu }: Device, { voxels, edge }: FetchScene): GPUTexture {
  const size = [edge, edge, edge];
  const { TEXTURE_BINDING, COPY_DST } = GPUTextureUsage;
  const made = gpu.createTexture({ size, dimension: '3d', format: 'r8unorm', usage: TEXTURE_BINDING | COPY_DST });
  const layout = { bytesPerRow: edge, rowsPerImage: edge };
  gpu.queue.writeTexture({ texture: made }, voxels as Uint8Array<ArrayBuffer>, layout, size);
  return made;
}
