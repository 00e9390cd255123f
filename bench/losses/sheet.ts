import { emptyPicture } from '../../engine/picture.js';
import { readPicture } from '../../engine/picture-file.js';
import { composeSheet, type Panel } from '../../refine/index.js';
import type { Cell, ColumnEvent } from './events.js';
import { captionOf } from './format.js';
import type { LossesReport } from './report.js';

/** Of the font in the narrowest panel. */
const LETTERS = 26;

/** What the font has, and no line longer than a panel is wide: the first words, if need be. */
export function fit(caption: string): string {
  const ascii = caption.replaceAll('×', 'x').replace(/[^\x20-\x7e\n]/g, '?');
  const cut = (line: string) => (line.length <= LETTERS ? line : `${line.slice(0, LETTERS - 2).trimEnd()}..`);
  return ascii.split('\n').map(cut).join('\n');
}

/**
 * The contact sheet: columns are cubes and targets, as far as the run went; rows are what is begun with, what is wanted, and what
 * each loss makes of it.
 *
 * @returns a PNG file's bytes.
 */
export async function composeReport(
  { start, columns, cells, refused }: LossesReport,
  pathOf: (cell: Cell) => string,
): Promise<Buffer> {
  const panels: Panel[] = [
    ...columns.map(({ start: picture, cube }) => ({ picture, caption: fit(`${cube}\nstart`) })),
    ...columns.map(({ goal: picture, target }) => ({ picture, caption: fit(`${target}\ntarget`) })),
  ];
  for (const loss of start!.losses) {
    for (const { cube, target, goal } of columns) {
      const here = (one: Pick<ColumnEvent, 'cube' | 'target'> & { loss: string }) =>
        one.cube === cube && one.target === target && one.loss === loss;
      const cell = cells.find(here);
      const reason = refused.find(here)?.reason ?? 'not done';
      panels.push(
        cell
          ? { picture: await readPicture(pathOf(cell)), caption: fit(captionOf(cell)) }
          : { picture: emptyPicture(goal.width, goal.height), caption: fit(`${loss}\n${reason}`) },
      );
    }
  }
  return composeSheet(panels, columns.length);
}
