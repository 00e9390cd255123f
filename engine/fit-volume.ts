import type { Cube } from '../cubes/cube.js';
import { downsample, type Factors, levelThatFits } from '../cubes/downsample.js';
import type { Device } from './device.js';
import { type AskedStorage, bytesPerElement, chooseStorage, packedBytes, type Storage } from './storage.js';

/** The most bytes of voxels that a device takes. */
export const volumeLimit = (device: Device): number => device.gpu.limits.maxStorageBufferBindingSize;

/** The least coarse factors with which a cube fits a device; 1×1×1 when it fits as it is. */
export function factorsThatFit(device: Device, cube: Cube, storage: Storage): Factors {
  // Buffers are whole words.
  const most = Math.floor(volumeLimit(device) / 4) * 4;
  return levelThatFits(cube, most, cube.channels.length * bytesPerElement(storage));
}

/**
 * The cube itself where the device can hold it, else the least coarse one that it can hold, with notes that say so.
 *
 *     const cube = fitToDevice(device, await loadCube('stack.ome.tif'));
 *
 * @param asked how Ψ wants the voxels kept: `psi.sampling.storage`.
 * @throws VoxstyleError `bad-input` when the coarser cube has no contrast.
 */
export function fitToDevice(device: Device, cube: Cube, asked: AskedStorage = 'auto'): Cube {
  const storage = chooseStorage(cube, asked);
  const fitting = downsample(cube, factorsThatFit(device, cube, storage));
  if (fitting === cube) return cube;
  const why = `${mebibytes(packedBytes(cube, storage))} of ${storage} voxels exceed the ${mebibytes(volumeLimit(device))} of ${device.driver}`;
  return { ...fitting, notes: [...fitting.notes, why] };
}

/** For people: enough digits to tell a size from a limit just below it. */
export const mebibytes = (bytes: number): string => `${Number((bytes / 2 ** 20).toPrecision(4))} MiB`;
