import { z } from 'zod';
import { VoxstyleError } from '../errors.js';
import { readJson } from '../files.js';
import { architectureFields, checkNames } from './architecture.js';
import { expandShorthand, shorthandFields } from './shorthand.js';

/*
 * A manifest: a network's architecture, and where its weights are. For VGG-16's first layers, from torchvision by way
 * of safetensors:
 *
 *     {
 *       "name": "VGG-16 to relu2_1",
 *       "weights": "vgg16.safetensors",
 *       "input": { "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225] },
 *       "layers": [
 *         { "type": "conv", "name": "relu1_1", "tensor": "features.0", "padding": { "mode": "zero", "width": 1 },
 *           "relu": true },
 *         { "type": "conv", "name": "relu1_2", "tensor": "features.2", "padding": { "mode": "zero", "width": 1 },
 *           "relu": true },
 *         { "type": "maxpool", "size": 2 },
 *         { "type": "conv", "name": "relu2_1", "tensor": "features.5", "padding": { "mode": "zero", "width": 1 },
 *           "relu": true }
 *       ],
 *       "taps": ["relu1_1", "relu2_1"],
 *       "code": { "layers": ["relu2_1"] }
 *     }
 *
 * A flat file of float32 needs its tensors besides, with offsets in bytes:
 *
 *     "tensors": [{ "name": "features.0.weight", "shape": [64, 3, 3, 3], "offset": 0 }, …]
 *
 * shorthand.ts tells of a shorter form for networks of the plainest kind.
 */

const tensor = z.strictObject({
  name: z.string().min(1),
  shape: z.array(z.int().positive()).min(1),
  offset: z.int().min(0).optional().describe('in the file, in bytes; only for a flat file, which says nothing itself'),
});

const storageFields = {
  name: z.string().min(1).optional().describe('as reports name the network; else `arch`, else the file'),
  arch: z.string().min(1).optional(),
  weights: z.string().min(1).default('weights.bin').describe('path from the manifest; .safetensors, or a flat file'),
  dtype: z.literal('float32le').default('float32le').describe('of a flat file'),
  tensors: z.array(tensor).optional().describe('of the flat file; shapes are checked if it is a .safetensors file'),
};

const fields = z.object({ ...storageFields, ...architectureFields });

/** That names fit together, and that a flat file's manifest says what is where in it. */
function checkManifest(manifest: z.infer<typeof fields>, context: z.RefinementCtx): void {
  checkNames(manifest, context);
  const { weights, tensors } = manifest;
  if (weights.endsWith('.safetensors')) return;
  if (!tensors) context.addIssue({ code: 'custom', path: ['tensors'], message: `must list those of ${weights}` });
  const lacking = tensors?.findIndex(({ offset }) => offset === undefined) ?? -1;
  if (lacking !== -1) context.addIssue({ code: 'custom', path: ['tensors', lacking, 'offset'], message: 'is missing' });
}

/** What a manifest may also say, for people. */
const forPeople = { license: z.unknown().optional(), source: z.unknown().optional(), about: z.unknown().optional() };

/** With `layers`. Unknown keys are refused, so that a misspelt one is not ignored. */
const written = z.strictObject({ ...storageFields, ...architectureFields, ...forPeople }).superRefine(checkManifest);

const expanded = fields.superRefine(checkManifest);

/** Without `layers`. Its other keys are prose. */
const shorthand = z
  .object({
    ...storageFields,
    ...shorthandFields,
    tensors: z.array(tensor).min(1),
    code: architectureFields.code,
  })
  .transform(
    ({ padding, maxpool, ...rest }, context): z.input<typeof expanded> => ({
      ...rest,
      ...expandShorthand({ padding, maxpool, taps: rest.taps }, rest.tensors, context),
    }),
  )
  .pipe(expanded);

export type Manifest = z.infer<typeof expanded>;
export type ManifestTensor = z.infer<typeof tensor>;

/** @throws VoxstyleError `missing-input`, or `bad-input` with the path of the first field that is wrong. */
export async function readManifest(path: string): Promise<Manifest> {
  const wanted = { expected: 'the JSON manifest of a network', fix: 'correct the path' };
  const document = await readJson(path, wanted, 'pass the manifest, not the weights');
  const explicit = typeof document === 'object' && document !== null && 'layers' in document;
  const result = (explicit ? written : shorthand).safeParse(document);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new VoxstyleError('bad-input', {
    where: path,
    expected: explicit ? 'the manifest of a network' : 'the manifest of a network, with `layers` or in the short form',
    found: `at ${issue.path.join('.') || 'document'}: ${issue.message}`,
    fix: 'correct that field',
  });
}
