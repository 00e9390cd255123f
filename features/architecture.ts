import { z } from 'zod';

/*
 * A network as its manifest says it: convolutions and pools, one after another. Each may have a name, by which its
 * outcome is tapped.
 */

const name = z.string().min(1);

const convolution = z
  .strictObject({
    type: z.literal('conv'),
    name: name.describe('of the outcome, after the relu if there is one'),
    tensor: name
      .optional()
      .describe('whose .weight (out × in × height × width) and .bias (out) are its own; else the name'),
    padding: z
      .strictObject({ mode: z.enum(['reflect', 'zero']), width: z.int().min(0).max(64) })
      .default({ mode: 'zero', width: 0 }),
    stride: z.int().min(1).max(64).default(1),
    bias: z.boolean().default(true),
    relu: z.boolean(),
  })
  .transform(({ tensor, ...layer }) => ({ ...layer, tensor: tensor ?? layer.name }));

const pool = z
  .strictObject({
    type: z.enum(['maxpool', 'avgpool']),
    name: name.optional(),
    size: z.int().min(2).max(64),
    stride: z.int().min(1).max(64).optional().describe('else the size'),
    ceil: z.boolean().default(false).describe('whether windows may reach beyond the last row and column'),
  })
  .transform(({ stride, ...layer }) => ({ ...layer, stride: stride ?? layer.size }))
  .refine(({ size, stride }) => stride <= size, 'stride must be at most size');

const triple = z.tuple([z.number(), z.number(), z.number()]);

/** (scale · colour − mean) / std, where colours are 0…1. Mean and std are in the order of the network's channels. */
const input = z.strictObject({
  order: z.enum(['RGB', 'BGR']).default('RGB'),
  scale: z.number().positive().default(1),
  mean: triple.default([0, 0, 0]),
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]).default([1, 1, 1]),
});

export const architectureFields = {
  input: input.optional().describe('left out where the first convolution takes RGB 0…1'),
  layers: z.array(z.discriminatedUnion('type', [convolution, pool])).min(1),
  taps: z.array(name).min(1).describe('names of layers that losses look at, unless told otherwise'),
  code: z
    .strictObject({ layers: z.array(name).min(1) })
    .optional()
    .describe('layers whose means over the picture make the style code'),
};
const fields = z.object(architectureFields);

export type Architecture = z.infer<typeof fields>;
/** A layer as a manifest writes it, defaults left out. */
export type LayerInput = z.input<typeof fields>['layers'][number];
export type NetworkLayer = Architecture['layers'][number];
export type ConvolutionLayer = Extract<NetworkLayer, { type: 'conv' }>;
export type PoolLayer = Exclude<NetworkLayer, ConvolutionLayer>;
export type NetworkInput = NonNullable<Architecture['input']>;

/** Adds an issue for a name that two layers share, and for one that is asked for and no layer has. */
export function checkNames({ layers, taps, code }: Architecture, context: z.RefinementCtx): void {
  const names = layers.flatMap(({ name }) => name ?? []);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) context.addIssue({ code: 'custom', path: ['layers'], message: `two layers are named ${twice}` });
  const asked = { taps, 'code.layers': code?.layers ?? [] };
  for (const [field, wanted] of Object.entries(asked)) {
    const lost = wanted.find((name) => !names.includes(name));
    if (lost) context.addIssue({ code: 'custom', path: field.split('.'), message: `no layer is named ${lost}` });
    const again = wanted.find((name, i) => wanted.indexOf(name) !== i);
    if (again) context.addIssue({ code: 'custom', path: field.split('.'), message: `${again} is listed twice` });
  }
}
