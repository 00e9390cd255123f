import type { Cube } from '../cubes/cube.js';
import { VoxstyleError } from '../errors.js';
import type { Device } from './device.js';
import { factorsThatFit, mebibytes, volumeLimit } from './fit-volume.js';
import { type AskedStorage, chooseStorage, intensityScale, packedBytes, packVoxels, type Storage } from './storage.js';

/** A cube on the device. */
export interface Volume {
  /** The channels one after another, see `packVoxels`. */
  buffer: GPUBuffer;
  storage: Storage;
  /** For each channel the factor that makes an element an intensity in [0, 1]. */
  scale: number[];
}

/**
 * Uploads a cube as the kernels read it.
 *
 * @param asked how the voxels are kept: `psi.sampling.storage`.
 * @throws VoxstyleError `bad-input` when the device can't bind a buffer of that size; `fitToDevice` prevents it.
 */
export async function uploadVolume(device: Device, cube: Cube, asked: AskedStorage): Promise<Volume> {
  const storage = chooseStorage(cube, asked);
  const size = packedBytes(cube, storage);
  if (size > volumeLimit(device)) throw tooLarge(device, cube, storage);
  const buffer = await device.checked('volume', () => {
    const made = device.gpu.createBuffer({
      label: 'volume',
      size,
      usage: GPUBufferUsage.STORAGE,
      mappedAtCreation: true,
    });
    packVoxels(cube, storage, made.getMappedRange());
    made.unmap();
    return made;
  });
  return { buffer, storage, scale: intensityScale(cube, storage) };
}

function tooLarge(device: Device, cube: Cube, storage: Storage): VoxstyleError {
  const most = volumeLimit(device);
  const channels = cube.channels.length === 1 ? '' : `, ${cube.channels.length} channels`;
  const factors = factorsThatFit(device, cube, storage);
  const coarse = cube.shape.map((n, axis) => Math.ceil(n / factors[axis]!));
  const smaller = (['unorm16', 'unorm8'] as const).find(
    (other) => packedBytes(cube, other) < packedBytes(cube, storage) && packedBytes(cube, other) <= most,
  );
  const orStorage = smaller === undefined ? '' : `, or set sampling.storage of Ψ to "${smaller}"`;
  return new VoxstyleError('bad-input', {
    where: cube.source,
    expected: `at most ${mebibytes(most)} of voxels on ${device.driver}`,
    found: `${mebibytes(packedBytes(cube, storage))} (${cube.shape.join(' × ')} voxels${channels}, ${storage})`,
    fix: `give --downsample auto (${factors.join('×')} fits: ${coarse.join(' × ')})${orStorage}`,
  });
}
