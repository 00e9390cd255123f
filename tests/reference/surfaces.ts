import type { Psi, PsiChannel } from '../../engine/psi.js';
import { type BranchPoints, power } from './branches.js';
import { scale, type Vec3 } from './camera.js';
import { halfVector, keyLightDirection } from './lights.js';
import type { RaySamples } from './sampling.js';

/** m under which there is no normal. */
const LEAST = 1e-6;

/**
 * Values a sample: the factor on its extinction (1), those on its red, green and blue (3), and what is added to these (3).
 */
export const TERMS = 7;

/** Whether a picture shows any surfaces: if not, every factor is exactly 1 and nothing is added. */
export function isShaded({ channels, shading: { ambient, diffuse, specular } }: Psi): boolean {
  const opaque = channels.some(({ enabled, gradientOpacity }) => enabled && gradientOpacity !== 0);
  return opaque || ambient !== 1 || diffuse !== 0 || specular !== 0;
}

/**
 * What surfaces do to the medium at each sample.
 *
 * @returns per channel TERMS values for sample k on the ray of pixel p, at TERMS·(p·steps + k); none for one that is off.
 * @throws when the rays were sampled without gradients.
 */
export function surfaceTerms(rays: RaySamples, psi: Psi, branches: BranchPoints): Float64Array[] {
  const { gradients, steps, hit, directions } = rays;
  if (gradients === null) throw new Error('surfaceTerms: expected rays with gradients, got rays without');
  const terms = psi.channels.map(({ enabled }) => new Float64Array(enabled ? hit.length * steps * TERMS : 0));
  const light = keyLightDirection(psi);
  for (let pixel = 0; pixel < hit.length; pixel++) {
    if (hit[pixel] === 0) continue;
    const eye: Vec3 = [-directions[3 * pixel]!, -directions[3 * pixel + 1]!, -directions[3 * pixel + 2]!];
    const lighting = { light, eye, half: halfVector(light, eye, branches) };
    for (let c = 0; c < psi.channels.length; c++) {
      if (!psi.channels[c]!.enabled) continue;
      for (let k = 0; k < steps; k++) {
        const at = pixel * steps + k;
        const slope = gradients[c]!;
        const gradient: Vec3 = [slope[3 * at]!, slope[3 * at + 1]!, slope[3 * at + 2]!];
        writeTerms(gradient, psi.channels[c]!, psi, lighting, terms[c]!, TERMS * at, branches);
      }
    }
  }
  return terms;
}

/** The directions at a pixel, of length 1 (`half` may be shorter). */
export interface Lighting {
  light: Vec3;
  eye: Vec3;
  half: Vec3;
}

/** Branches of the surface measure m. */
const NONE = 0;
const PARTIAL = 1;
const FULL = 2;

/** The terms of one channel at one sample, written from `at` on. */
function writeTerms(
  gradient: Vec3,
  { window, gradientOpacity }: Pick<PsiChannel, 'window' | 'gradientOpacity'>,
  { surface: { length: thickness }, shading, lights }: Pick<Psi, 'surface' | 'shading' | 'lights'>,
  { light, eye, half }: Lighting,
  terms: Float64Array,
  at: number,
  branches: BranchPoints,
): void {
  const length = Math.sqrt(gradient[0] * gradient[0] + gradient[1] * gradient[1] + gradient[2] * gradient[2]);
  const m = (thickness * length) / (window.hi - window.lo);
  const branch = branches.take(m < LEAST ? NONE : m >= 1 ? FULL : PARTIAL);
  const surface = branch === NONE ? 0 : branch === FULL ? 1 : m * m * (3 - 2 * m);
  terms[at] = 1 + gradientOpacity * (surface - 1);
  if (branch === NONE) {
    terms.fill(1, at + 1, at + 4);
    return;
  }
  const normal = scale(1 / length, gradient);
  const towardsKey = twoSided(dot(normal, light), branches);
  const towardsEye = twoSided(dot(normal, eye), branches);
  const towardsHalf = twoSided(dot(normal, half), branches);
  const keyGloss = gloss(towardsHalf, shading.shininess, branches);
  const headGloss = gloss(towardsEye, shading.shininess, branches);
  const head = lights.headlight.intensity;
  for (let color = 0; color < 3; color++) {
    const key = lights.key.intensity * lights.key.color[color]!;
    const diffuse = key * towardsKey + head * towardsEye;
    terms[at + 1 + color] = 1 + surface * (shading.ambient - 1 + shading.diffuse * diffuse);
    terms[at + 4 + color] = surface * shading.specular * (key * keyGloss + head * headGloss);
  }
}

const dot = (a: Vec3, b: Vec3) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** |cosine|; 0 with all its derivatives where the light grazes the surface. */
function twoSided(cosine: number, branches: BranchPoints): number {
  return branches.take(Math.sign(cosine)) * cosine;
}

/** cosine^shininess; 0 for the 0 that `twoSided` gives. */
function gloss(cosine: number, shininess: number, branches: BranchPoints): number {
  return branches.take(cosine === 0 ? 0 : 1) === 0 ? 0 : power(cosine, shininess, branches);
}
