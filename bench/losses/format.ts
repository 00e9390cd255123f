import { type Column, formatTable } from '../speed/table.js';
import type { Cell, CellEvent, RefusedEvent } from './events.js';

/** Three digits, in ASCII; `small` of those that take a power of ten. */
function digits(value: number, small = 3): string {
  if (value === 0) return '0';
  return Math.abs(value) < 1e-3 ? value.toExponential(small - 1) : value.toPrecision(3);
}

/** How many times as small; three digits, and no powers of ten under a million. */
function factor(before: number, after: number): string {
  if (before === after) return '1x';
  if (after === 0) return 'to 0';
  const ratio = before / after;
  return `${ratio >= 100 && ratio < 1e6 ? ratio.toFixed(0) : ratio.toPrecision(3)}x`;
}

const change = ({ before, after }: Pick<Cell, 'before' | 'after'>, small = 3) =>
  `${digits(before, small)} -> ${digits(after, small)} (${factor(before, after)})`;

/** A line of progress. */
export function describeCell(event: CellEvent | RefusedEvent, cells: number): string {
  const { number, cube, target, loss } = event;
  const what = `${number}/${cells} ${cube} -> ${target} by ${loss}`;
  if (event.type === 'refused') return `${what}: left out, ${event.reason}`;
  return `${what}: ${change(event)}, ${event.kept ? 'kept' : `${event.seconds.toFixed(1)} s`}`;
}

/** What stands below a cell's picture, where there is little room. */
export const captionOf = (cell: Cell): string => `${cell.loss}\n${change(cell, 2)}`;

/** A row for each cell: its own loss, and how many times as small the gauges have become. */
export function formatCells(cells: readonly Cell[], gauges: readonly string[]): string {
  const columns: Column<Cell>[] = [
    { title: 'cube', left: true, cell: ({ cube }) => cube },
    { title: 'target', left: true, cell: ({ target }) => target },
    { title: 'loss', left: true, cell: ({ loss }) => loss },
    { title: 'before', cell: ({ before }) => digits(before) },
    { title: 'after', cell: ({ after }) => digits(after) },
    { title: 'smaller', cell: ({ before, after }) => factor(before, after) },
    ...gauges.map((name) => ({
      title: name,
      cell: ({ others: { [name]: other } }: Cell) => other && factor(other.before, other.after),
    })),
    { title: 'iterations', cell: ({ iterations }) => `${iterations}` },
    { title: 's', cell: ({ seconds }) => seconds.toFixed(1) },
  ];
  const legend = `${gauges.join(', ')}: how many times as small that loss has become by the row's own; under 1x, larger`;
  return `${formatTable(columns, cells)}\n\n${legend}`;
}
