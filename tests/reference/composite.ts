import type { Psi } from '../../engine/psi.js';
import type { BranchPoints } from './branches.js';
import { classify } from './classify.js';
import type { RaySamples } from './sampling.js';

/** (1 − exp(−τ))/τ, which is smooth at 0. */
export function phi(tau: number): number {
  return tau === 0 ? 1 : -Math.expm1(-tau) / tau;
}

/**
 * Emission and absorption along every ray, front to back, before background and tone.
 *
 * The emitted α·colour is formed as density·Δt·φ(τ)·Σ σ_c·colour_c, equal to the specification's product but with no
 * division by σ; so it, and its derivatives, are right where σ = 0 as well.
 *
 * @param windowed what windowedValues returns.
 * @param terms what surfaceTerms returns; null where nothing is shaded.
 * @returns per pixel the linear red, green and blue that the volume sends to the eye, and the transmittance.
 */
export function compositeRays(
  rays: RaySamples,
  psi: Psi,
  windowed: readonly Float64Array[],
  terms: readonly Float64Array[] | null,
  branches: BranchPoints,
): Float64Array {
  const { steps } = rays;
  const light = new Float64Array(rays.hit.length * 4);
  for (let pixel = 0; pixel < rays.hit.length; pixel++) {
    let transmittance = 1;
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let k = 0; rays.hit[pixel] === 1 && k < steps; k++) {
      const medium = classify(psi, windowed, terms, pixel * steps + k, branches);
      const length = psi.density * rays.dt[pixel]!;
      const tau = length * medium.extinction;
      const alpha = tau * phi(tau);
      const emitted = transmittance * length * phi(tau);
      red += emitted * medium.red;
      green += emitted * medium.green;
      blue += emitted * medium.blue;
      transmittance *= 1 - alpha;
    }
    light.set([red, green, blue, transmittance], pixel * 4);
  }
  return light;
}
