import type { Cube } from '../cubes/cube.js';
import { VoxstyleError } from '../errors.js';
import type { Device } from './device.js';

/**
 * Uploads a cube as the kernels read it: float32 intensities in [0, 1] of each channel's stored range, channel after channel.
 *
 * @throws VoxstyleError `bad-input` when the device can't bind a buffer of that size.
 */
export async function uploadVolume(device: Device, cube: Cube): Promise<GPUBuffer> {
  const voxels = cube.shape[0] * cube.shape[1] * cube.shape[2];
  const size = voxels * cube.channels.length * Float32Array.BYTES_PER_ELEMENT;
  const most = device.gpu.limits.maxStorageBufferBindingSize;
  if (size > most) {
    throw new VoxstyleError('bad-input', {
      where: cube.source,
      expected: `at most ${mebibytes(most)} of float32 voxels on ${device.driver}`,
      found: `${mebibytes(size)} (${cube.shape.join(' × ')} voxels, ${cube.channels.length} channels)`,
      fix: 'crop or downsample the stack',
    });
  }
  return device.checked('volume', () => {
    const buffer = device.gpu.createBuffer({
      label: 'volume',
      size,
      usage: GPUBufferUsage.STORAGE,
      mappedAtCreation: true,
    });
    const intensities = new Float32Array(buffer.getMappedRange());
    for (const [c, { samples, range }] of cube.channels.entries()) {
      const [lo, hi] = range;
      for (let i = 0; i < voxels; i++) intensities[c * voxels + i] = (samples[i]! - lo) / (hi - lo);
    }
    buffer.unmap();
    return buffer;
  });
}

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
