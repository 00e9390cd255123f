import type { CommandModule } from 'yargs';
import { amortised } from './bench-amortised.js';
import { losses } from './bench-losses.js';
import { speed } from './bench-speed.js';

export const bench: CommandModule = {
  command: 'bench',
  describe: 'benchmarks: bench speed, bench losses, bench amortised',
  builder: (args) => args.command(speed).command(losses).command(amortised).demandCommand(1, 'no benchmark was named'),
  handler: () => {},
};
