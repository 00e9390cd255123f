import { parse, type Spec, View } from 'vega';
import type { SpeedReport } from './report.js';

/** A point of a sweep. */
interface Datum {
  way: string;
  factor: string;
  /** Relative to the base of its sweep. */
  work: number;
  /** Forward and adjoint. */
  ms: number;
}

/** Room for the axes' own labels. */
const PANEL = { width: 280, height: 300 };

/** Points that can stand on a line: shading is off or on, and no amount of work. */
export function chartData({ rows }: Pick<SpeedReport, 'rows'>): Datum[] {
  return rows.flatMap(({ way, sweep, timings }) =>
    sweep && typeof sweep.value === 'number' && timings.both
      ? [{ way, factor: sweep.factor, work: sweep.work, ms: timings.both.median }]
      : [],
  );
}

/** The line of cost in proportion to work: through each way's base, as far as its points go. */
function proportional(data: readonly Datum[]): Datum[] {
  return [...new Set(data.map(({ way }) => way))].flatMap((way) => {
    const points = data.filter((point) => point.way === way);
    const base = points.find(({ work }) => work === 1);
    const works = points.map(({ work }) => work);
    if (!base) return [];
    return [Math.min(...works), Math.max(...works)].map((work) => ({ ...base, work, ms: base.ms * work }));
  });
}

function specOf(report: SpeedReport): Spec {
  const data = chartData(report);
  const ways = [...new Set(data.map(({ way }) => way))];
  const { machine, method } = report.start!;
  const place = (extra: object = {}) => ({
    enter: { x: { scale: 'x', field: 'work' }, y: { scale: 'y', field: 'ms' }, ...extra },
  });
  const colour = { scale: 'colour', field: 'factor' };
  const axis = { grid: true, gridColor: '#eee', domain: false, tickCount: 4 } as const;
  return {
    background: 'white',
    padding: 12,
    title: {
      text: 'Forward and adjoint: cost against work, one factor at a time',
      subtitle: [
        machine.device,
        `${machine.cpu}, ${machine.cores} threads`,
        `${method}; dashed: in proportion to work`,
      ],
      anchor: 'start',
      frame: 'bounds',
      subtitleColor: '#555',
    },
    layout: { columns: Math.max(1, ways.length), padding: 24, bounds: 'full', align: 'all' },
    data: [
      { name: 'points', values: data },
      { name: 'proportional', values: proportional(data) },
    ],
    scales: [
      { name: 'x', type: 'log', domain: { data: 'points', field: 'work' }, range: [0, PANEL.width], nice: true },
      { name: 'y', type: 'log', domain: { data: 'points', field: 'ms' }, range: [PANEL.height, 0], nice: true },
      { name: 'colour', type: 'ordinal', domain: { data: 'points', field: 'factor' }, range: { scheme: 'tableau10' } },
    ],
    legends: [{ stroke: 'colour', title: 'varied', symbolType: 'stroke', orient: 'right' }],
    marks: ways.map((way, panel) => ({
      type: 'group',
      encode: { enter: { width: { value: PANEL.width }, height: { value: PANEL.height } } },
      title: { text: way, fontWeight: 'normal', fontSize: 12 },
      data: ['points', 'proportional'].map((source) => ({
        name: `${source} ${panel}`,
        source,
        transform: [{ type: 'filter', expr: `datum.way === ${JSON.stringify(way)}` }],
      })),
      axes: [
        { ...axis, scale: 'x', orient: 'bottom', title: 'work, relative to the sweep’s base', format: '~g' },
        { ...axis, scale: 'y', orient: 'left', format: '~r', ...(panel === 0 && { title: 'milliseconds' }) },
      ],
      marks: [
        {
          type: 'line',
          name: `reference ${panel}`,
          description: 'slope 1',
          clip: true,
          from: { data: `proportional ${panel}` },
          encode: place({ stroke: { value: '#999' }, strokeDash: { value: [5, 4] } }),
        },
        {
          type: 'group',
          from: { facet: { name: `line ${panel}`, data: `points ${panel}`, groupby: 'factor' } },
          marks: [
            {
              type: 'line',
              from: { data: `line ${panel}` },
              sort: { field: 'x' },
              encode: place({ stroke: colour, strokeWidth: { value: 2 } }),
            },
            { type: 'symbol', from: { data: `line ${panel}` }, encode: place({ fill: colour, size: { value: 28 } }) },
          ],
        },
      ],
    })),
  };
}

/** An SVG document: milliseconds against work on logarithmic axes, a panel a way, a line a sweep, dashed where cost is in proportion. */
export async function drawChart(report: SpeedReport): Promise<string> {
  const view = new View(parse(specOf(report)), { renderer: 'none' });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
