import type { CommandModule } from 'yargs';
import { type Cube, describeCube } from '../cubes/index.js';
import { openDevice } from '../engine/device.js';
import { MAX_KNOTS, MIN_KNOTS } from '../engine/psi.js';
import { resampleKnots } from '../engine/psi-knots.js';
import { HELD_MEMORY, Renderer } from '../engine/renderer.js';
import { keepRun, MOST_LEVELS, REFINE_DEFAULTS, RUN_FILES, readRun, refine as run, toJson } from '../refine/index.js';
import { openTensors } from '../tensors/index.js';
import { lossOptions, readLossOptions } from './loss-options.js';
import {
  cubeOf,
  cubeOptions,
  deviceOption,
  deviceOptions,
  fitScene,
  jsonOption,
  number,
  optional,
  psiOf,
  selectors,
  viewOptions,
} from './options.js';
import { guesses, predictorOptions } from './predict-options.js';
import { progress } from './progress.js';
import { onInterrupt } from './signals.js';
import { maskOptions, readTargets, targetOptions } from './target-options.js';

const MIB = 2 ** 20;

const builder = (args: Parameters<typeof cubeOptions>[0]) => {
  const numeric = (name: string, describe: string, rules: Parameters<typeof number>[1]) =>
    ({ type: 'string', describe, coerce: optional(number(name, rules)) }) as const;
  const scene = maskOptions(targetOptions(jsonOption(deviceOption(viewOptions(cubeOptions(args))))));
  return predictorOptions(lossOptions(scene, REFINE_DEFAULTS.loss))
    .option('out', {
      type: 'string',
      demandOption: true,
      describe: `folder for ${Object.values(RUN_FILES).join(', ')}`,
    })
    .option('init', {
      type: 'string',
      describe:
        'what to begin from: predict, f_predict’s guesses for the target; default, the cube’s own Ψ; or a Ψ document. ' +
        'predict without it, but default where what it has is to stay: with --free, --freeze, --colour keep, --render-mask transmittance',
    })
    .option(
      'starts',
      numeric('starts', `of the guesses to refine, the best is handed over (${REFINE_DEFAULTS.starts})`, {
        whole: true,
        least: 1,
      }),
    )
    .option(
      'knots',
      numeric('knots', 'in each transfer function, instead of the Ψ’s it begins from', {
        whole: true,
        least: MIN_KNOTS,
        most: MAX_KNOTS,
      }),
    )
    .option('free', { type: 'string', describe: 'what may change, as in tone,channels.0.knots', coerce: selectors })
    .option('freeze', { type: 'string', describe: 'what may not, of that', coerce: selectors })
    .option('iterations', numeric('iterations', `at most (${REFINE_DEFAULTS.iterations})`, { whole: true, least: 0 }))
    .option(
      'size',
      numeric('size', `longer side compared, in pixels (${REFINE_DEFAULTS.size})`, { whole: true, least: 1 }),
    )
    .option(
      'memory',
      numeric('memory', `most MiB for samples kept between iterations (${HELD_MEMORY / MIB})`, { least: 0 }),
    )
    .option(
      'levels',
      numeric('levels', `sizes to go through, coarse to fine; 1: the full size alone (${REFINE_DEFAULTS.levels})`, {
        whole: true,
        least: 1,
        most: MOST_LEVELS,
      }),
    )
    .option('seed', numeric('seed', `of what is random (${REFINE_DEFAULTS.seed})`, { whole: true }))
    .option('resume', { type: 'boolean', default: false, describe: 'go on from the checkpoint in --out' });
};

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

/** Values of --init that aren't files. */
const PREDICT = 'predict';
const DEFAULT = 'default';

export const refine: CommandModule<object, Arguments> = {
  command: 'refine',
  describe: 'find the Ψ with which a z-stack has the look of a picture',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(args) {
    const { targets, labels } = await readTargets(args);
    const comparison = { labels, backend: args.nnBackend, ...(await readLossOptions(args)) };
    const named = args.free !== undefined || args.freeze !== undefined;
    const keeps = named || args.colour === 'keep' || args.renderMask === 'transmittance';
    const first = args.init ?? (keeps ? DEFAULT : PREDICT);
    const file = [PREDICT, DEFAULT].includes(first) ? undefined : first;
    const makePsi = (cube: Cube) => psiOf(file, cube, args);
    let cube = await cubeOf(args);
    console.error(describeCube(cube));
    let psi = await makePsi(cube);
    const saved = args.resume ? await readRun(args.out) : undefined;
    const { loss, free, freeze, iterations, size, levels, seed, starts } = args;
    const given = { loss, free, freeze, iterations, size, levels, seed, starts, resume: saved?.checkpoint };
    const device = await openDevice(deviceOptions(args.device));
    const interrupt = onInterrupt();
    try {
      ({ cube, psi } = await fitScene(device, { cube, psi }, args.downsample, makePsi));
      const renderer = await Renderer.open(device, cube, {
        storage: psi.sampling.storage,
        ...(args.memory !== undefined && { memory: args.memory * MIB }),
      });
      const tensors = openTensors({ backend: args.nnBackend, device });
      const found = first === PREDICT ? await guesses(cube, targets, psi, args, tensors) : [];
      // The cube's own Ψ is among them, should no guess be nearer.
      const candidates = [...found, psi];
      if (found.length > 0) console.error(`f_predict guesses ${found.length} Ψ; the cube’s own is the last candidate`);
      const init = args.knots === undefined ? candidates : candidates.map((each) => resampleKnots(each, args.knots!));
      const options = { init, signal: interrupt.signal, ...comparison, ...given };
      const show = progress(process.stderr);
      for await (const event of keepRun(args.out, targets, run(renderer, targets, options), saved?.history)) {
        show(event);
        if (args.json) console.log(toJson(event));
      }
      renderer.close();
    } finally {
      interrupt.release();
      comparison.features.dispose();
      device.close();
    }
    const again = interrupt.exitCode === undefined ? '' : '; go on with --resume';
    console.error(`wrote ${Object.values(RUN_FILES).join(', ')} into ${args.out}${again}`);
    if (interrupt.exitCode !== undefined) process.exitCode = interrupt.exitCode;
  },
};
