import { emptyPicture } from '../../engine/picture.js';
import { readPicture } from '../../engine/picture-file.js';
import { composeSheet, type Panel } from '../../refine/index.js';
import { fit } from '../losses/sheet.js';
import type { Method, PairRecord, Place } from './events.js';

const MOST_ROWS = 24;
const SHOWN: readonly Method[] = ['default alone', 'from default', 'f_predict alone', 'from f_predict', 'best of K'];

/**
 * The contact sheet: a row a pair with its target, the truth, and what the methods make of it, as far as it has room; each
 * setting has as many rows.
 *
 * @returns a PNG file's bytes.
 */
export async function composePairs(
  pairs: readonly PairRecord[],
  pathOf: (place: Place, what: string) => string,
): Promise<Buffer> {
  const settings = new Set(pairs.map(({ setting }) => setting));
  const most = Math.floor(MOST_ROWS / settings.size);
  const rows = [...settings].flatMap((setting) => pairs.filter((pair) => pair.setting === setting).slice(0, most));
  const panels: Panel[] = [];
  for (const pair of rows) panels.push(...(await panelsOf(pair, (what) => readPicture(pathOf(pair, what)))));
  return composeSheet(panels, 2 + SHOWN.length);
}

async function panelsOf(pair: PairRecord, read: (what: string) => ReturnType<typeof readPicture>): Promise<Panel[]> {
  const { setting, index, cube, target, spread, outcomes } = pair;
  const goal = await read('target');
  const nothing = (caption: string): Panel => ({ picture: emptyPicture(goal.width, goal.height), caption });
  const across = spread?.acrossCubes ?? 0;
  const [shown, from] = [cube, target].map((name) => name.replace(/&size=\d+$/, ''));
  const panels = [
    { picture: goal, caption: fit(`${setting} ${index + 1}\n${from}`) },
    setting === 'no render'
      ? nothing(fit(`no truth\n${shown}`))
      : { picture: await read('truth'), caption: fit(`truth ${across.toFixed(3)}\n${shown}`) },
  ];
  for (const method of SHOWN) {
    const outcome = outcomes.find((one) => one.method === method);
    const caption = `${method}\nstyle ${outcome?.style.toFixed(3)}`;
    panels.push(outcome ? { picture: await read(method), caption } : nothing(`${method}\nnot done`));
  }
  return panels;
}
