import type { CommandModule } from 'yargs';
import { filterBank } from '../features/index.js';
import { LOSSES } from '../losses/index.js';

const GRAMMAR = 'name[/option=value…][:weight],…';
/** An option of every loss, which the registry's entries therefore don't list. */
const OF = 'of=target|start: compared with the target, or with the picture that a refinement begins with (target)';
const EXAMPLE = 'gram/layers=scale1+scale2@0.5,l2/of=start:0.1';

/** A line for each loss, its options below it. */
function formatLosses(): string {
  const width = Math.max(...[...LOSSES.keys()].map((name) => name.length)) + 2;
  const lines = [...LOSSES].flatMap(([name, { about, options }]) => [
    name.padEnd(width) + about,
    ...options.map((option) => `${' '.repeat(width + 2)}${option}`),
  ]);
  return [
    ...lines,
    '',
    `--loss takes a weighted sum, ${GRAMMAR}, as in`,
    `  ${EXAMPLE}`,
    'An option of each:',
    `  ${OF}`,
    `Layers of the ${filterBank.name}: ${filterBank.layers.map(({ name }) => name).join(', ')};`,
    '  those of a network (--features) are named in its manifest.',
  ].join('\n');
}

export const losses: CommandModule<object, { json: boolean }> = {
  command: 'losses',
  describe: 'list what pictures can be compared by, and the options of each',
  builder: { json: { type: 'boolean', default: false, describe: 'the list as JSON on stdout' } },
  handler({ json }) {
    const list = [...LOSSES].map(([name, { about, options }]) => ({ name, about, options: [...options, OF] }));
    console.log(json ? JSON.stringify({ type: 'losses', grammar: GRAMMAR, losses: list }) : formatLosses());
  },
};
