import { z } from 'zod';
import { VoxstyleError } from '../errors.js';
import { SCALARS, type ScalarKey, type ScalarSpec } from './psi-scalars.js';
import { STORAGES } from './storage.js';

/** The version of the document that this code writes, and the only one that it reads. */
export const PSI_VERSION = 1;
export const MAX_CHANNELS = 8;
export const MIN_KNOTS = 2;
export const MAX_KNOTS = 64;

function number(key: ScalarKey) {
  const { bounds, unit, about }: ScalarSpec = SCALARS[key];
  return z
    .number()
    .min(bounds[0])
    .max(bounds[1])
    .describe(unit === '' ? about : `${about} (${unit})`);
}

/** A value that a document may leave out. */
const optional = (key: ScalarKey) => number(key).default(SCALARS[key].default);

const triple = (key: ScalarKey) => z.tuple([number(key), number(key), number(key)]);
const optionalTriple = (key: ScalarKey) =>
  triple(key).default([SCALARS[key].default, SCALARS[key].default, SCALARS[key].default]);

const knot = z.strictObject({
  x: number('channels.*.knots.*.x'),
  color: triple('channels.*.knots.*.color.*'),
  extinction: number('channels.*.knots.*.extinction'),
});

const channel = z.strictObject({
  name: z.string().optional(),
  enabled: z.boolean().default(true),
  window: z
    .strictObject({ lo: optional('channels.*.window.lo'), hi: optional('channels.*.window.hi') })
    .refine(({ lo, hi }) => lo < hi, 'window.lo must be less than window.hi')
    .prefault({}),
  gamma: optional('channels.*.gamma'),
  gradientOpacity: optional('channels.*.gradientOpacity'),
  knots: z
    .array(knot)
    .min(MIN_KNOTS)
    .max(MAX_KNOTS)
    .refine((knots) => knots.every((k, i) => i === 0 || knots[i - 1]!.x <= k.x), 'knots must be in the order of x'),
});

const clip = z
  .strictObject({ min: optionalTriple('clip.min.*'), max: optionalTriple('clip.max.*') })
  .refine(({ min, max }) => min.every((low, axis) => low < max[axis]!), 'clip.min must be less than clip.max');

/** The rendering parameters Ψ as a document. Unknown keys are refused, so that a misspelt one is not ignored. */
export const psiSchema = z
  .strictObject({
    version: z.literal(PSI_VERSION),
    channels: z.array(channel).min(1).max(MAX_CHANNELS),
    density: optional('density'),
    surface: z.strictObject({ length: optional('surface.length') }).prefault({}),
    shading: z
      .strictObject({
        ambient: optional('shading.ambient'),
        diffuse: optional('shading.diffuse'),
        specular: optional('shading.specular'),
        shininess: optional('shading.shininess'),
      })
      .prefault({}),
    lights: z
      .strictObject({
        key: z
          .strictObject({
            azimuth: optional('lights.key.azimuth'),
            elevation: optional('lights.key.elevation'),
            color: optionalTriple('lights.key.color.*'),
            intensity: optional('lights.key.intensity'),
          })
          .prefault({}),
        headlight: z.strictObject({ intensity: optional('lights.headlight.intensity') }).prefault({}),
      })
      .prefault({}),
    background: z
      .strictObject({ top: optionalTriple('background.top.*'), bottom: optionalTriple('background.bottom.*') })
      .prefault({}),
    tone: z
      .strictObject({
        exposure: optional('tone.exposure'),
        contrast: optional('tone.contrast'),
        saturation: optional('tone.saturation'),
        hue: optional('tone.hue'),
        gamma: optional('tone.gamma'),
        encoding: z
          .enum(['srgb', 'none'])
          .default('srgb')
          .describe('of the linear result; none for viewers that composite in display colours'),
      })
      .prefault({}),
    camera: z
      .strictObject({
        azimuth: optional('camera.azimuth'),
        elevation: optional('camera.elevation'),
        roll: optional('camera.roll'),
        distance: optional('camera.distance'),
        target: optionalTriple('camera.target.*'),
        fov: z.union([z.literal(0), number('camera.fov')]).default(SCALARS['camera.fov'].default),
      })
      .prefault({}),
    clip: clip.prefault({}),
    sampling: z
      .strictObject({
        rate: optional('sampling.rate'),
        steps: z
          .number()
          .int()
          .min(1)
          .max(16384)
          .nullable()
          .default(null)
          .describe('samples on every ray; null takes them from the rate'),
        interpolation: z.enum(['linear', 'nearest']).default('linear'),
        jitter: z.boolean().default(false).describe('moves the samples of each ray by its own share of a step'),
        storage: z
          .enum(['auto', ...STORAGES])
          .default('auto')
          .describe('how the device keeps the voxels; auto is the smallest that is exact'),
      })
      .prefault({}),
    parameters: z
      .strictObject({
        free: z
          .array(z.string())
          .default([])
          .describe('paths that a refinement may change; a path stands for all below it'),
        freeze: z.array(z.string()).default([]).describe('paths below those that stay as they are'),
        tied: z.array(z.array(z.string()).min(2)).default([]).describe('groups of paths that share one value'),
      })
      .prefault({}),
  })
  .describe('voxstyle rendering parameters Ψ');

export type Psi = z.infer<typeof psiSchema>;
export type PsiChannel = Psi['channels'][number];

/**
 * Checks a document and fills in the defaults.
 *
 * @param source named in the error: a file, or what made the document.
 * @throws VoxstyleError `bad-input` with the path of the first field that is wrong.
 */
export function parsePsi(document: unknown, source = 'Ψ'): Psi {
  const parsed = psiSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const field = path.join('.') || 'document';
  throw new VoxstyleError('bad-input', {
    where: source,
    expected: `a Ψ document of version ${PSI_VERSION}`,
    found: `at ${field}: ${message}`,
    fix: 'correct that field (psi.schema.json lists them all)',
  });
}
