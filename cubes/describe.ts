import { basename } from 'node:path';
import type { Cube } from './cube.js';
import { dtypeOf } from './samples.js';

/**
 * A cube in one line for people, e.g.
 * `stack.ome.tif: 85×66×60 voxels of 0.26×0.26×0.29 µm, membrane uint16 [0, 4093], nuclei uint16 [12, 3999]`.
 */
export function describeCube(cube: Cube): string {
  const name = cube.source.startsWith('phantom:') ? cube.source : basename(cube.source);
  const unit = cube.unit === 'voxel' ? '(no unit)' : cube.unit;
  const spacing = cube.spacing.map(short).join('×');
  const channels = cube.channels.map(
    (channel) => `${channel.name} ${dtypeOf(channel.samples)} [${channel.range.map(short).join(', ')}]`,
  );
  return `${name}: ${cube.shape.join('×')} voxels of ${spacing} ${unit}, ${channels.join(', ')}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}
