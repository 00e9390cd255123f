import type { Psi } from '../../engine/psi.js';
import { LIVE } from './branches.js';
import { windowedValues } from './classify.js';
import { compositeRays } from './composite.js';
import { following, recordBranches, type Scene, sampleRays, termsOf } from './renderer.js';
import { type Derivative, ridders } from './ridders.js';
import { getScalar, specOf, withScalar } from './scalars.js';
import { scaleOf } from './steps.js';
import { isShaded } from './surfaces.js';
import { developPicture } from './tone.js';

export interface ScalarGradient extends Derivative {
  path: string;
  /** ∂L/∂Ψ_j. */
  value: number;
  /**
   * Σ over pixels of |that pixel's part of `value`|: what an absolute tolerance should be relative to. Of the target's three
   * components the largest: they are one vector, of which an axis that the camera looks along would have a part of 0.
   */
  scale: number;
  /** Estimate of the absolute error of `value`: of the order of 1e-9·scale, more where rounding leaves nothing better. */
  error: number;
}

export interface GradientOptions {
  /** The largest step as a share of each scalar's own scale. */
  step?: number;
}

/**
 * The gradient of L(Ψ) = Σ weights·picture, by extrapolated central differences with the branches frozen at Ψ. On a kink
 * that is the one-sided derivative that engine/image-formation.md documents.
 *
 * @param weights ∂L/∂picture: four a pixel.
 * @param paths scalars that are differentiable; `differentiablePaths` lists them.
 */
export function referenceGradient(
  scene: Scene,
  paths: readonly string[],
  weights: Float32Array | Float64Array,
  { step = 2 ** -10 }: GradientOptions = {},
): ScalarGradient[] {
  const { psi, size } = scene;
  const values = size.width * size.height * 4;
  if (weights.length !== values) {
    throw new Error(`referenceGradient: expected ${values} weights, got ${weights.length}`);
  }
  const pictureAt = frozenPicture(scene);
  const gradient = paths.map((path) => {
    if (!specOf(path)?.differentiable) {
      throw new Error(`referenceGradient: expected a differentiable scalar, got ${path}`);
    }
    const x = getScalar(psi, path);
    // Not even the reference's rounding depends on it.
    if (isIdle(psi, path)) return { path, value: 0, scale: 0, error: 0 };
    const central = (h: number) => weightedDifference(pictureAt(path, x - h), pictureAt(path, x + h), 2 * h, weights);
    return { path, ...ridders(central, step * scaleOf(psi, path)) };
  });
  return VECTORS.reduce(withCommonScale, gradient);
}

/**
 * The components of a shift, and of a turn of the camera. What one of them is depends on where the axes happen to lie: along a
 * direction in which nothing changes its own scale is 0, and float32 cannot be exact to a share of nothing.
 */
const VECTORS = [/^camera\.target\./, /^camera\.(azimuth|elevation|roll)$/];

function withCommonScale(gradient: ScalarGradient[], vector: RegExp): ScalarGradient[] {
  const largest = Math.max(...gradient.filter(({ path }) => vector.test(path)).map(({ scale }) => scale));
  return gradient.map((scalar) => (vector.test(scalar.path) ? { ...scalar, scale: largest } : scalar));
}

/** The stages of a picture, in order. A scalar changes one of them and all that follow; what comes before is kept. */
const STAGES = ['rays', 'windowed', 'terms', 'light', 'picture'] as const;
type Stage = (typeof STAGES)[number];

function firstStage(path: string): Stage {
  if (/^(camera|clip)\./.test(path)) return 'rays';
  if (/^channels\.\d+\.(window|gamma)/.test(path)) return 'windowed';
  if (/^(surface|shading|lights)\.|^channels\.\d+\.gradientOpacity/.test(path)) return 'terms';
  return /^(tone|background)\./.test(path) ? 'picture' : 'light';
}

/** The picture as a function of one scalar's value, with the branches of the scene. */
function frozenPicture(scene: Scene): (path: string, value: number) => Float64Array {
  const { cube, psi, size } = scene;
  const frozen = recordBranches(scene);
  const raysAtPsi = sampleRays(cube, psi, size, LIVE, true);
  const windowedAtPsi = windowedValues(raysAtPsi, psi, LIVE);
  const termsAtPsi = termsOf(raysAtPsi, psi, undefined);
  const lightAtPsi = compositeRays(raysAtPsi, psi, windowedAtPsi, termsAtPsi, LIVE);
  return (path, value) => {
    const moved = withScalar(psi, path, value);
    const changes = (stage: Stage) => STAGES.indexOf(stage) >= STAGES.indexOf(firstStage(path));
    const rays = changes('rays')
      ? following(frozen.places, (points) => sampleRays(cube, moved, size, points))
      : raysAtPsi;
    const windowed = changes('windowed')
      ? following(frozen.windows, (points) => windowedValues(rays, moved, points))
      : windowedAtPsi;
    const terms = changes('terms') ? termsOf(rays, moved, frozen.surfaces) : termsAtPsi;
    const light = changes('light')
      ? following(frozen.segments, (points) => compositeRays(rays, moved, windowed, terms, points))
      : lightAtPsi;
    return following(frozen.pixels, (points) => developPicture(light, rays, moved, points));
  };
}

/** Whether a scalar is one of a channel that is off, of lights that nothing reflects, or of a lens that there isn't. */
function isIdle(psi: Psi, path: string): boolean {
  const { channels, shading, camera } = psi;
  const channel = /^channels\.(\d+)\./.exec(path);
  if (channel !== null) return channels[Number(channel[1])]!.enabled === false;
  if (path === 'camera.fov') return camera.fov === 0;
  if (path === 'surface.length') return !isShaded(psi);
  if (path === 'shading.shininess') return shading.specular === 0;
  return path.startsWith('lights.') && shading.diffuse === 0 && shading.specular === 0;
}

/** Of a picture's values, relative: an ulp or two for each of a few dozen operations in a row. */
const ROUNDING = 2 ** -50;

/** Subtracts pixel by pixel before the sum, so that a large L costs no digits. */
function weightedDifference(
  below: Float64Array,
  above: Float64Array,
  distance: number,
  weights: Float32Array | Float64Array,
): Derivative {
  let value = 0;
  let scale = 0;
  let error = 0;
  let unseen = 0;
  for (let pixel = 0; pixel < weights.length; pixel += 4) {
    let part = 0;
    let rounding = 0;
    let changed = false;
    for (let i = pixel; i < pixel + 4; i++) {
      const change = above[i]! - below[i]!;
      part += (weights[i]! * change) / distance;
      rounding += (ROUNDING * Math.abs(weights[i]! * above[i]!)) / distance;
      changed ||= change !== 0;
    }
    // A pixel that didn't change at all doesn't depend on the scalar …
    if (changed) error += rounding;
    else unseen += rounding;
    value += part;
    scale += Math.abs(part);
  }
  // … but if none did, they may all depend on it too little to be seen, as on a background behind dense fog.
  return { value, scale, error: error === 0 ? unseen : error };
}
