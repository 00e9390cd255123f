import { type Random, seededRandom } from '../random.js';
import { gaussianBlur } from './blur.js';
import { makeCells, nearestWall, nucleusDistance, type Spot, spotsIn } from './phantom-cells.js';
import { coverage, poisson } from './phantom-edges.js';
import type { PhantomScene } from './phantom-scene.js';

const LABELS = ['background', 'cytoplasm', 'membrane', 'nucleus', 'nucleolus', 'punctum'] as const;

/** The field in µm. */
const FIELD = [51.2, 51.2, 32] as const;
/** Voxels are twice as long along z, as in most confocal stacks. */
const ANISOTROPY = 2;
/** The microscope's point spread function: standard deviations in µm; wider along the optical axis. */
const PSF = [0.22, 0.22, 0.65] as const;
/** Photons a voxel collects from each stain at full strength. */
const PHOTONS = { nuclei: 700, membranes: 550, puncta: 1500 } as const;
const STRAY_PHOTONS = 6;
/** The camera's zero level, its noise and its counts per photon. */
const CAMERA = { offset: 100, readNoise: 2.5, gain: 4 } as const;
/** Half the thickness of the stained membrane in µm. */
const MEMBRANE = 0.35;

/** A cluster of cells, stained for nuclei, membranes and puncta. The field is the same at every size. */
export function fluorescencePhantom(seed: number, size: number): PhantomScene {
  const step = FIELD[0] / size;
  const spacing = [step, step, ANISOTROPY * step] as const;
  const shape = [size, size, Math.round(FIELD[2] / spacing[2])] as const;
  const cells = makeCells(seededRandom(seed, 1), FIELD);
  const spots = cells.map((cell) => spotsIn(cell, cells, seededRandom(seed, 2, cell.index)));
  const voxels = shape[0] * shape[1] * shape[2];
  const labels = new Uint8Array(voxels);
  const stains = {
    nuclei: new Float32Array(voxels),
    membranes: new Float32Array(voxels),
    puncta: new Float32Array(voxels),
  };
  const chromatin = chromatinTexture(shape, spacing, seededRandom(seed, 3));

  // A structure thinner than a voxel would come and go with the grid, so edges are at least one voxel wide.
  const edge = step;
  const membrane = Math.max(MEMBRANE, 0.5 * step);
  let i = 0;
  for (let z = 0; z < shape[2]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[0]; x++, i++) {
        const point = [(x + 0.5) * spacing[0], (y + 0.5) * spacing[1], (z + 0.5) * spacing[2]] as const;
        const { cell, inside } = nearestWall(point, cells);
        // Two neighbours' membranes meet in one wall: its brightness falls off on both sides.
        stains.membranes[i] = Math.exp(-0.5 * (inside / membrane) ** 2);
        const body = coverage(-inside, edge);
        const { nucleus, nucleolus } = nucleusDistance(point, cell);
        const within = coverage(nucleus, edge);
        const hole = coverage(nucleolus, edge);
        stains.nuclei[i] = within * (1 - 0.75 * hole) * (1 + 0.45 * chromatin[i]!) * cell.brightness + 0.03 * body;
        stains.puncta[i] = 0.02 * body * (1 - within);
        if (Math.abs(inside) < membrane) labels[i] = 2;
        else if (nucleus < 0) labels[i] = nucleolus < 0 ? 4 : 3;
        else if (inside > 0) labels[i] = 1;
      }
    }
  }
  for (const spot of spots.flat()) drawSpot(spot, stains.puncta, labels, shape, spacing);

  const channels = Object.entries(stains).map(([name, stain], index) => {
    gaussianBlur(stain, shape, [PSF[0] / spacing[0], PSF[1] / spacing[1], PSF[2] / spacing[2]]);
    return { name, samples: expose(stain, PHOTONS[name as keyof typeof PHOTONS], seededRandom(seed, 4, index)) };
  });
  return { shape, spacing, unit: 'µm', channels, labels, table: LABELS.map((name, value) => ({ value, name })) };
}

/** Smooth noise of mean 0 and standard deviation 1 with grains of 0.8 µm. */
function chromatinTexture(
  shape: readonly [number, number, number],
  spacing: readonly [number, number, number],
  random: Random,
): Float32Array {
  const texture = Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, random.normal);
  gaussianBlur(texture, shape, [0.8 / spacing[0], 0.8 / spacing[1], 0.8 / spacing[2]]);
  const deviation = Math.sqrt(texture.reduce((sum, value) => sum + value * value, 0) / texture.length);
  return texture.map((value) => value / deviation);
}

function drawSpot(
  { centre, radius, brightness }: Spot,
  stain: Float32Array,
  labels: Uint8Array,
  shape: readonly [number, number, number],
  spacing: readonly [number, number, number],
): void {
  // As wide as a voxel at least, and then dimmer, so that its light is the same on every grid.
  const sigma = spacing.map((step) => Math.max(radius, 0.45 * step)) as [number, number, number];
  const peak = (brightness * radius ** 3) / (sigma[0] * sigma[1] * sigma[2]);
  const at = centre.map((c, axis) => c / spacing[axis]! - 0.5);
  const reach = sigma.map((s, axis) => Math.ceil((3 * s) / spacing[axis]!));
  const low = at.map((c, axis) => Math.max(0, Math.floor(c) - reach[axis]!));
  const high = at.map((c, axis) => Math.min(shape[axis]! - 1, Math.ceil(c) + reach[axis]!));
  for (let z = low[2]!; z <= high[2]!; z++) {
    for (let y = low[1]!; y <= high[1]!; y++) {
      for (let x = low[0]!; x <= high[0]!; x++) {
        const square = [x, y, z].reduce(
          (sum, n, axis) => sum + (((n - at[axis]!) * spacing[axis]!) / sigma[axis]!) ** 2,
          0,
        );
        const i = x + shape[0] * (y + shape[1] * z);
        stain[i] = stain[i]! + peak * Math.exp(-0.5 * square);
        if (square < 1) labels[i] = 5;
      }
    }
  }
}

/** What the camera makes of light: shot noise, gain, read noise, offset, whole numbers of 16 bits. */
function expose(stain: Float32Array, photons: number, random: Random): Uint16Array {
  return Uint16Array.from(stain, (light) => {
    const counts = CAMERA.gain * poisson(light * photons + STRAY_PHOTONS, random);
    const value = Math.round(CAMERA.offset + counts + CAMERA.readNoise * random.normal());
    return Math.min(65535, Math.max(0, value));
  });
}
