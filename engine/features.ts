import type { Psi } from './psi.js';
import type { Constants } from './shader.js';
import { STORAGES, type Storage } from './storage.js';

/**
 * What a kernel may be compiled with or without. The pose, camera and clip box, is always rendered; the feature is its gradient.
 * SURFACE, the slopes of the volume, is what shading and gradient opacity stand on.
 */
export type Feature = 'SURFACE' | 'SHADING' | 'GRADIENT_OPACITY' | 'POSE';
export type Features = Readonly<Record<Feature, boolean>>;

/** The feature without which a scalar of Ψ has no gradient; undefined for what every kernel knows. */
export function featureOf(path: string): Feature | undefined {
  if (path.startsWith('surface.')) return 'SURFACE';
  if (/^(shading|lights)\./.test(path)) return 'SHADING';
  if (/^channels\.\d+\.gradientOpacity$/.test(path)) return 'GRADIENT_OPACITY';
  if (/^(camera|clip)\./.test(path)) return 'POSE';
  return undefined;
}

/** Indices of the channels that are on. */
export function enabledChannels(psi: Psi): number[] {
  return psi.channels.flatMap((channel, c) => (channel.enabled ? [c] : []));
}

/** What has a part in the picture. */
export function featuresOf({ shading, channels }: Psi): Features {
  return withSurface({
    SURFACE: false,
    SHADING: shading.ambient !== 1 || shading.diffuse !== 0 || shading.specular !== 0,
    GRADIENT_OPACITY: channels.some(({ enabled, gradientOpacity }) => enabled && gradientOpacity !== 0),
    POSE: false,
  });
}

/** The same, and what the gradient by the given scalars needs besides. */
export function featuresFor(psi: Psi, paths: readonly string[]): Features {
  const features = { ...featuresOf(psi) };
  for (const path of paths) {
    const feature = featureOf(path);
    if (feature) features[feature] = true;
  }
  return withSurface(features);
}

const withSurface = (features: Features): Features => ({
  ...features,
  SURFACE: features.SURFACE || features.SHADING || features.GRADIENT_OPACITY,
});

/** The constants that specialise the kernels: features that are off cost nothing. */
export function specialisation(psi: Psi, features: Features, storage: Storage) {
  const enabled = enabledChannels(psi);
  return {
    CHANNELS: enabled.length,
    KNOTS: Math.max(...enabled.map((c) => psi.channels[c]!.knots.length)),
    ...Object.fromEntries(Object.entries(features).map(([name, on]) => [name, Number(on)])),
    ...Object.fromEntries(STORAGES.map((name) => [name.toUpperCase(), Number(name === storage)])),
  } satisfies Constants;
}
