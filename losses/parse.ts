import type { Size } from '../engine/frame.js';
import type { Picture } from '../engine/picture.js';
import { filterBank } from '../features/index.js';
import { openTensors } from '../tensors/index.js';
import { ofGrey } from './colour.js';
import type { Comparison, Target } from './comparison.js';
import { type LossEntry, OF } from './entry.js';
import { type GroupMember, LossGroup } from './group.js';
import { labelled } from './labelled.js';
import type { Loss } from './loss.js';
import { LOSSES } from './registry.js';
import { type LossSpec, readSpecs, refuseLoss } from './spec.js';
import { type Of, targetsOf, withLabels } from './targets.js';
import { type WeightedLoss, weightedSum } from './weighted.js';

/**
 * Reads `name[/option=value…][:weight],…` and makes the weighted sum of those losses; a weight left out is 1.
 *
 *     const loss = parseLoss('swd:1,l2:0.5', target);
 *     const { value, gradient } = await loss.evaluate(picture, { seed: 0, iteration: 0 });
 *
 *     const style = parseLoss('gram/layers=scale1+scale2@0.5,content/of=start:0.1', { targets: [{ picture }], start });
 *
 * @param target a picture, or whatever else is to be known of the comparison.
 * @param entries the losses that may be named, for a caller that knows more of them: `new Map([...LOSSES, ['mine', ofPictures(…)]])`
 * @throws VoxstyleError 'usage' for an unknown name or option, a repeated member, a weight that isn't positive and finite, an empty
 *   text, a target or label that doesn't fit.
 */
export function parseLoss(
  text: string,
  target: Picture | Comparison,
  entries: ReadonlyMap<string, LossEntry> = LOSSES,
): Loss {
  const comparison = withLabels('targets' in target ? target : { targets: [{ picture: target }] });
  const features = comparison.features ?? filterBank;
  const sizes: Size[] = comparison.targets.map(({ picture }) => picture);
  if (comparison.size) sizes.push(comparison.size);
  const side = Math.min(...sizes.flatMap(({ width, height }) => [width, height]));
  const refuse = refuseLoss(text, entries.keys());
  const specs = readSpecs(text, (name) => entries.has(name), refuse);
  // Made only once the whole text is known to be right: what follows may be slow.
  const members = specs.map((spec) => ({
    spec,
    made: entries.get(spec.name)!.make(spec, { features, side }),
    of: readOf(spec, refuse),
  }));

  // The same ones for all members, whose features are then computed once.
  const known = new Map<Of, Target[]>();
  const parts: WeightedLoss[] = [];
  const onTensors: GroupMember[] = [];
  for (const { spec, made, of } of members) {
    const { text, weight } = spec;
    const targets = known.get(of) ?? targetsOf(of, comparison);
    known.set(of, targets);
    if (made.on === 'tensors') onTensors.push({ text, weight, loss: made.loss, targets });
    else parts.push({ loss: named(text, labelled(made.factory, made.pairs, targets, comparison)), weight });
  }
  if (onTensors.length > 0) {
    const group = new LossGroup(onTensors, comparison, features, comparison.tensors ?? openTensors());
    parts.push({ loss: group, weight: 1 });
  }
  const sum = named(specs.map(({ text, weight }) => `${text}:${weight}`).join(','), weightedSum(parts));
  return comparison.colour === 'luminance' ? ofGrey(sum) : sum;
}

function readOf({ options }: LossSpec, refuse: ReturnType<typeof refuseLoss>): Of {
  const of = options.get(OF) ?? 'target';
  if (of === 'target' || of === 'start') return of;
  throw refuse('of=target or of=start', `'${of}'`);
}

const named = (name: string, loss: Loss): Loss => ({ ...loss, name });
