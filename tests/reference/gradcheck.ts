/**
 * The gradient check: every differentiable scalar of Ψ, through the whole renderer from the window to sRGB, against finite
 * differences of the float64 reference.
 */
import type { Device } from '../../engine/device.js';
import type { Size } from '../../engine/frame.js';
import { toVector } from '../../engine/psi-vector.js';
import { Renderer } from '../../engine/renderer.js';
import { compareGradient, comparePictures, type GradcheckRow, type PictureComparison } from './gradcheck-compare.js';
import { beyondFloat32, onVoxelBorder } from './gradcheck-float32.js';
import { drawScene, type GradcheckScene } from './gradcheck-scene.js';
import { referenceGradient } from './gradient.js';
import { renderReference } from './renderer.js';
import { differentiablePaths } from './scalars.js';

export type { GradcheckRow, PictureComparison } from './gradcheck-compare.js';
export { formatGradcheck, type GradcheckSummary, summarise } from './gradcheck-report.js';

export interface GradcheckOptions {
  /** Of all scenes; 1 when left out. */
  seed?: number;
  /** 12 when left out. */
  cases?: number;
  /** 20 × 16 pixels when left out: a square would hide that width is taken for height. */
  size?: Size;
  /** Samples a ray; 24 to 40 when left out. */
  steps?: number;
  /** The kernels' folder, when it isn't the package's own. */
  shaders?: URL;
}

/** One scene, checked. It is plain data. */
export interface GradcheckCase {
  number: number;
  name: string;
  /** Scenes drawn for this number before and given up, see gradcheck-float32.ts. */
  redrawn: {
    /** Those with a sample on the border of two voxels; they were never rendered. */
    onBorder: number;
    /** Those that failed where float32 cannot decide. */
    undecided: number;
  };
  /** The forward picture against the reference's. */
  picture: PictureComparison;
  /** Every scalar that has a gradient, those of channels that are off included. */
  rows: GradcheckRow[];
  passed: boolean;
}

/** More in a row are no accident of the scenes. */
const MOST_UNDECIDED = 4;

/**
 * Draws scenes and checks one after the other. A scene that float32 cannot decide is drawn anew (see gradcheck-float32.ts).
 *
 * @example
 * for await (const checked of gradcheck(device, { seed: 7 })) console.log(checked.name, checked.passed);
 *
 * @throws what Renderer throws; a gradient that is wrong is no exception but a row that isn't ok.
 */
export async function* gradcheck(device: Device, options: GradcheckOptions = {}): AsyncGenerator<GradcheckCase> {
  const { seed = 1, cases = 12, size = { width: 20, height: 16 }, steps, shaders } = options;
  for (let number = 0; number < cases; number++) {
    const redrawn = { onBorder: 0, undecided: 0 };
    for (let draw = 0; ; draw++) {
      const scene = drawScene([seed, number, draw], number, size, steps);
      if (onVoxelBorder({ ...scene, size })) {
        redrawn.onBorder++;
        continue;
      }
      const checked = await checkScene(device, scene, size, shaders);
      if (!checked.passed && redrawn.undecided < MOST_UNDECIDED && beyondFloat32({ ...scene, ...checked, size })) {
        redrawn.undecided++;
        continue;
      }
      yield { number, name: scene.name, redrawn, ...checked };
      break;
    }
  }
}

async function checkScene(
  device: Device,
  { cube, psi, weights }: GradcheckScene,
  size: Size,
  shaders: URL | undefined,
): Promise<Pick<GradcheckCase, 'picture' | 'rows' | 'passed'>> {
  const renderer = await Renderer.open(device, cube, { shaders });
  try {
    const frame = await renderer.forward(psi, size);
    const gradient = await renderer.adjoint(frame, weights);
    const { paths } = toVector(psi);
    const analytic = new Map(paths.map((path, i) => [path, gradient[i]!]));

    const picture = comparePictures(frame.picture.data, renderReference(cube, psi, size));
    const rows = referenceGradient({ cube, psi, size }, differentiablePaths(psi), weights).map((scalar) =>
      compareGradient(scalar, analytic.get(scalar.path) ?? Number.NaN),
    );
    return { picture, rows, passed: picture.ok && rows.every(({ ok }) => ok) };
  } finally {
    renderer.close();
  }
}
