import type { CommandModule } from 'yargs';
import { losses } from './bench-losses.js';
import { speed } from './bench-speed.js';

export const bench: CommandModule = {
  command: 'bench',
  describe: 'benchmarks: bench speed, bench losses',
  builder: (args) => args.command(speed).command(losses).demandCommand(1, 'no benchmark was named'),
  handler: () => {},
};
