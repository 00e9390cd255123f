import type { Argv, CommandModule } from 'yargs';
import { type Device, openDevice } from '../engine/device.js';
import type { Picture } from '../engine/picture.js';
import { usage, VoxstyleError } from '../errors.js';
import { type Comparison, type LabelMap, LOSSES, orRefusal, parseLoss, psnr, reasonOf } from '../losses/index.js';
import { sectionsOf } from '../losses/sections.js';
import { readSpecs, refuseLoss } from '../losses/spec.js';
import { openTensors } from '../tensors/index.js';
import { featureOptions, readLossOptions } from './loss-options.js';
import { deviceOption, deviceOptions, jsonOption } from './options.js';
import { labelsFor, readNoted } from './target-options.js';

const mask = (whose: string) =>
  ({ type: 'string', describe: `picture of flat colours that label ${whose}, or alpha, or backdrop` }) as const;

const builder = (args: Argv) =>
  jsonOption(deviceOption(featureOptions(args)))
    .positional('a', { type: 'string', demandOption: true, describe: 'a picture file' })
    .positional('b', { type: 'string', demandOption: true, describe: 'a picture file: the target' })
    .option('loss', {
      type: 'string',
      describe: 'name[/option=value…][:weight],…, see voxstyle losses; each that there is without it',
    })
    .option('colour', {
      type: 'string',
      choices: ['all', 'luminance'] as const,
      default: 'all' as const,
      describe: 'luminance: compare in grey',
    })
    .option('a-mask', mask('parts of A'))
    .option('b-mask', mask('the parts of B that go with them'))
    .option('exclude-background', {
      type: 'boolean',
      default: false,
      describe: 'leave out what is black in the masks',
    });

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** What a comparison found. */
interface Row {
  name: string;
  /** A value, or why there is none. */
  found: number | VoxstyleError;
  about: string;
}

const PSNR = 'peak signal-to-noise ratio in dB, of the colours of all pixels: more is closer';
const SUM = 'weighted sum';
/** What losses that draw at random draw. */
const DRAW = { seed: 0, iteration: 0 };

export const compare: CommandModule<object, Arguments> = {
  command: 'compare <a> <b>',
  describe: 'how far one picture is from another, by every loss there is',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(args) {
    const [a, b] = [await readNoted(args.a), await readNoted(args.b)];
    const labels = await labelsOf('--a-mask', args.aMask, args.a, a);
    const target = { picture: b, labels: await labelsOf('--b-mask', args.bMask, args.b, b) };
    if (target.labels !== undefined && labels === undefined)
      throw usage('--b-mask', '--a-mask beside it', 'none', 'name a mask of A too');
    if (args.excludeBackground && labels === undefined)
      throw usage('--exclude-background', '--a-mask beside it', 'none', 'name a mask');
    // What is wrong with the masks is wrong with every loss.
    sectionsOf(target, labels, !args.excludeBackground);
    const options = await readLossOptions(args);
    let device: Device | undefined;
    try {
      if (args.nnBackend === 'webgpu') device = await openDevice(deviceOptions(args.device));
      const tensors = openTensors({ backend: args.nnBackend, device });
      const comparison: Comparison = { targets: [target], size: a, labels, tensors, ...options };
      const rows: Row[] = [];
      const { loss } = args;
      const print = args.json
        ? () => {}
        : printer(loss === undefined ? [...LOSSES.keys()] : [...membersOf(loss).map(({ text }) => text), SUM]);
      for await (const row of loss === undefined ? ofEach(a, comparison) : ofText(loss, a, comparison)) {
        rows.push(row);
        print(row);
      }
      const peak: Row = { name: 'psnr', found: await orRefusal(() => psnr(a, b)), about: PSNR };
      print(peak);
      if (args.json) console.log(toJson(args, rows, peak));
    } finally {
      options.features.dispose();
      device?.close();
    }
  },
};

async function labelsOf(
  option: string,
  given: string | undefined,
  path: string,
  picture: Picture,
): Promise<LabelMap | undefined> {
  const labels = await labelsFor(given, path, picture);
  if (labels === undefined) return undefined;
  const [found, wanted] = [labels, picture].map(({ width, height }) => `${width}×${height}`) as [string, string];
  if (found === wanted) return labels;
  throw usage(option, `a mask of its picture's size, ${wanted}`, found, 'save the mask at that size');
}

/** The values of a loss, and of what it is made of. */
async function evaluate(text: string, picture: Picture, comparison: Comparison) {
  const loss = parseLoss(text, comparison);
  try {
    return await loss.evaluate(picture, DRAW);
  } finally {
    loss.dispose?.();
  }
}

/** Every loss by itself; the pictures may be of different sizes, or too small for one. */
async function* ofEach(picture: Picture, comparison: Comparison): AsyncGenerator<Row> {
  for (const [name, { about }] of LOSSES) {
    const found = await orRefusal(async () => (await evaluate(name, picture, comparison)).value);
    yield { name, found, about };
  }
}

/** The members of a sum, and the sum. */
async function* ofText(text: string, picture: Picture, comparison: Comparison): AsyncGenerator<Row> {
  const { value, terms = {} } = await evaluate(text, picture, comparison);
  for (const { text: name, about } of membersOf(text)) yield { name, found: terms[name]!, about };
  yield { name: SUM, found: value, about: text };
}

const membersOf = (text: string) =>
  readSpecs(text, (name) => LOSSES.has(name), refuseLoss(text, LOSSES.keys())).map((spec) => ({
    text: spec.text,
    about: LOSSES.get(spec.name)!.about,
  }));

/** Prints rows as they come, so that slow ones aren't waited for in silence. */
function printer(names: readonly string[]): (row: Row) => void {
  const width = Math.max(...names.map((name) => name.length));
  const line = (name: string, value: string, about: string) =>
    console.log(`${name.padEnd(width)}  ${value.padStart(VALUE_WIDTH)}  ${about}`);
  let begun = false;
  return ({ name, found, about }) => {
    // Not before: what is wrong with a loss is found out with the first value.
    if (!begun) line('loss', 'value', 'what it is');
    begun = true;
    if (found instanceof VoxstyleError) line(name, '–', reasonOf(found));
    else line(name, digits(found), about);
  };
}

/** Of four digits: 1.234e-10. */
const VALUE_WIDTH = 9;
const digits = (value: number) =>
  value === Infinity
    ? 'infinite'
    : value === 0
      ? '0'
      : Math.abs(value) < 1e-3
        ? value.toExponential(3)
        : value.toPrecision(4);

/** JSON has no infinity: the PSNR of equal pictures is the text 'infinity'. It is left out where sizes differ. */
function toJson({ a, b }: Arguments, rows: readonly Row[], { found: peak }: Row): string {
  const values = rows.flatMap(({ name, found }) => (found instanceof VoxstyleError ? [] : [[name, found] as const]));
  const reasons = rows.flatMap(({ name, found }) =>
    found instanceof VoxstyleError ? [[name, reasonOf(found)] as const] : [],
  );
  const { [SUM]: sum, ...losses } = Object.fromEntries(values);
  return JSON.stringify({
    type: 'compare',
    a,
    b,
    losses,
    ...(sum !== undefined && { sum }),
    missing: Object.fromEntries(reasons),
    ...(typeof peak === 'number' && { psnr: peak === Infinity ? 'infinity' : peak }),
  });
}
