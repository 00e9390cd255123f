import { parse, type Spec, View } from 'vega';
import { type CurvePoint, curvePoints } from './curves.js';
import { METHODS, type PairRecord, SETTINGS } from './events.js';

const PANEL = { width: 320, height: 220 };
const AXES = [
  { axis: 'iterations', title: 'iterations, of all starts together', scale: 'linear' },
  { axis: 'seconds', title: 'seconds, f_predict’s own included', scale: 'log' },
] as const;

function specOf(points: readonly CurvePoint[], subtitle: string): Spec {
  const settings = SETTINGS.filter((setting) => points.some((point) => point.setting === setting));
  const axis = { grid: true, gridColor: '#eee', domain: false, tickCount: 5 } as const;
  return {
    background: 'white',
    padding: 12,
    title: {
      text: 'Best loss so far, by what the refinement began from',
      subtitle,
      anchor: 'start',
      frame: 'bounds',
      subtitleColor: '#555',
    },
    layout: { columns: AXES.length, padding: 24, bounds: 'full', align: 'all' },
    data: [{ name: 'points', values: [...points] }],
    scales: [
      {
        name: 'colour',
        type: 'ordinal',
        domain: METHODS.filter((method) => points.some((point) => point.method === method)),
        range: { scheme: 'tableau10' },
      },
    ],
    legends: [{ stroke: 'colour', symbolType: 'stroke', orient: 'right', labelLimit: 0 }],
    marks: settings.flatMap((setting) =>
      AXES.map(({ axis: along, title, scale }) => {
        const name = `${setting} ${along}`;
        const { length } = points.filter((point) => point.setting === setting && point.axis === along);
        return {
          type: 'group' as const,
          encode: { enter: { width: { value: PANEL.width }, height: { value: PANEL.height } } },
          title: { text: setting, fontWeight: 'normal' as const, fontSize: 12 },
          description: `${length} points`,
          data: [
            {
              name,
              source: 'points',
              transform: [
                {
                  type: 'filter' as const,
                  expr: `datum.setting === ${JSON.stringify(setting)} && datum.axis === ${JSON.stringify(along)}`,
                },
              ],
            },
          ],
          scales: [
            {
              ...{ name: 'x', domain: { data: name, field: 'at' }, range: [0, PANEL.width] },
              ...(scale === 'log' ? { type: 'log' as const } : { type: 'linear' as const, zero: true }),
            },
            { name: 'y', type: 'log', domain: { data: name, field: 'loss' }, range: [PANEL.height, 0], nice: true },
          ],
          axes: [
            { ...axis, scale: 'x', orient: 'bottom' as const, title, format: scale === 'log' ? '~g' : 'd' },
            { ...axis, scale: 'y', orient: 'left' as const, title: 'median of the best loss so far', format: '~g' },
          ],
          marks: [
            {
              type: 'group' as const,
              from: { facet: { name: `line ${name}`, data: name, groupby: 'method' } },
              marks: [
                {
                  type: 'line' as const,
                  from: { data: `line ${name}` },
                  sort: { field: 'x' },
                  encode: {
                    enter: {
                      x: { scale: 'x', field: 'at' },
                      y: { scale: 'y', field: 'loss' },
                      stroke: { scale: 'colour', field: 'method' },
                      strokeWidth: { value: 2 },
                      // It begins as the line from f_predict does, and lies on it.
                      strokeDash: { signal: "datum.method === 'best of K' ? [5, 4] : [1, 0]" },
                      interpolate: { value: 'step-after' },
                    },
                  },
                },
              ],
            },
          ],
        };
      }),
    ),
  };
}

/** An SVG document: a row a setting, median best loss so far against iterations and against seconds, a line a method. */
export async function drawCurves(pairs: readonly PairRecord[], subtitle: string): Promise<string> {
  const view = new View(parse(specOf(curvePoints(pairs), subtitle)), { renderer: 'none' });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
