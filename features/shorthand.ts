import { z } from 'zod';
import type { LayerInput } from './architecture.js';

/** Splits `a, b and c`. */
const list = (text: string) => text.trim().split(/\s*,\s*(?:and\s+)?|\s+and\s+/);

const PADDING = /^(reflect|zero) (\d{1,2})$/;
const MAXPOOL = /^(\d{1,2})x(\d{1,2}) stride (\d{1,2})( ceil_mode)?,? after (\S.*)$/;

/** Fields of a manifest that has no `layers`, besides its tensors. */
export const shorthandFields = {
  padding: z.string().regex(PADDING, 'must be like "reflect 1" or "zero 1"'),
  maxpool: z
    .string()
    .regex(MAXPOOL, 'must be like "2x2 stride 2 ceil_mode, after conv1_2 and conv2_2"')
    .refine((text) => MAXPOOL.exec(text)?.[1] === MAXPOOL.exec(text)?.[2], 'windows must be square')
    .optional(),
  taps: z.string().min(1),
};
const fields = z.object(shorthandFields);

/**
 * The layers and taps of the short form of an architecture, where the order of the tensors is that of the convolutions:
 * `NAME.weight` stands for one, which has a bias if there's a `NAME.bias`. Those of 1 × 1 have neither padding nor
 * relu, all others have both. Their outcomes are named as they are, but with `relu` for `conv` where they have one.
 *
 *     "padding": "reflect 1",
 *     "maxpool": "2x2 stride 2 ceil_mode, after conv1_2 and conv2_2",
 *     "taps": "relu1_1, relu2_1"
 */
export function expandShorthand(
  { padding, maxpool, taps }: z.infer<typeof fields>,
  tensors: readonly { name: string; shape: readonly number[] }[],
  context: z.RefinementCtx,
): { layers: LayerInput[]; taps: string[] } {
  const [, mode, width] = PADDING.exec(padding) as unknown as [string, 'reflect' | 'zero', string];
  const [, size, , stride, ceil, places] = maxpool === undefined ? [] : MAXPOOL.exec(maxpool)!;
  const pooledAfter = new Set(places === undefined ? [] : list(places));
  const pool: LayerInput = { type: 'maxpool', size: Number(size), stride: Number(stride), ceil: ceil !== undefined };
  const layers: LayerInput[] = [];
  for (const { name, shape } of tensors) {
    if (!name.endsWith('.weight')) continue;
    const tensor = name.slice(0, -'.weight'.length);
    const pointwise = shape[2] === 1 && shape[3] === 1;
    layers.push({
      type: 'conv',
      name: pointwise ? tensor : tensor.replace(/^conv/, 'relu'),
      tensor,
      padding: pointwise ? { mode: 'zero', width: 0 } : { mode, width: Number(width) },
      bias: tensors.some((other) => other.name === `${tensor}.bias`),
      relu: !pointwise,
    });
    if (pooledAfter.delete(tensor)) layers.push(pool);
  }
  for (const lost of pooledAfter) {
    context.addIssue({ code: 'custom', path: ['maxpool'], message: `there is no tensor ${lost}.weight` });
  }
  return { layers, taps: list(taps) };
}
