import { parse, type Spec, View } from 'vega';
import type { TrainEvent } from './events.js';

const PANEL = { width: 460, height: 200 };

/** Points of the chart's two panels. */
export interface CurveData {
  figures: { step: number; name: string; value: number }[];
  /** The mean loss of the steps between two validations, at their middle. */
  loss: { step: number; value: number }[];
}

/** Reads them off the events of a training. */
export function curveData(events: Iterable<TrainEvent>): CurveData {
  const data: CurveData = { figures: [], loss: [] };
  let run: { step: number; loss: number }[] = [];
  const close = () => {
    const mean = (of: (step: (typeof run)[number]) => number) =>
      run.reduce((sum, step) => sum + of(step), 0) / run.length;
    if (run.length > 0) data.loss.push({ step: mean(({ step }) => step), value: mean(({ loss }) => loss) });
    run = [];
  };
  for (const event of events) {
    if (event.type === 'step') run.push(event);
    if (event.type !== 'validation') continue;
    close();
    for (const [name, value] of Object.entries(event.figures)) data.figures.push({ step: event.step, name, value });
  }
  close();
  return data;
}

function specOf({ figures, loss }: CurveData): Spec {
  const axis = { grid: true, gridColor: '#eee', domain: false, tickCount: 5 } as const;
  const place = (extra: object) => ({
    enter: { x: { scale: 'x', field: 'step' }, y: { scale: 'y', field: 'value' }, ...extra },
  });
  const last = Math.max(1, ...[...figures, ...loss].map(({ step }) => step));
  const colour = { scale: 'colour', field: 'name' };
  // Shares are seen against all that could be.
  const shares = figures.every(({ value }) => value >= 0 && value <= 1);
  const panel = (
    name: string,
    domain: unknown,
    marks: NonNullable<Spec['marks']>,
  ): NonNullable<Spec['marks']>[number] => ({
    type: 'group',
    encode: { enter: { width: { value: PANEL.width }, height: { value: PANEL.height } } },
    scales: [
      { name: 'x', type: 'linear', domain: [0, last], range: [0, PANEL.width] },
      { name: 'y', type: 'linear', domain: domain as never, range: [PANEL.height, 0], nice: true, zero: false },
    ],
    axes: [
      { ...axis, scale: 'x', orient: 'bottom', title: 'step' },
      { ...axis, scale: 'y', orient: 'left', title: name },
    ],
    marks,
  });
  return {
    background: 'white',
    padding: 12,
    layout: { columns: 1, padding: 24, bounds: 'full', align: 'all' },
    data: [
      { name: 'figures', values: figures },
      { name: 'loss', values: loss },
    ],
    scales: [
      { name: 'colour', type: 'ordinal', domain: { data: 'figures', field: 'name' }, range: { scheme: 'tableau10' } },
    ],
    legends: [{ stroke: 'colour', symbolType: 'stroke', orient: 'right', labelLimit: 0 }],
    marks: [
      panel('validation', shares ? [0, 1] : { data: 'figures', field: 'value' }, [
        {
          type: 'group',
          from: { facet: { name: 'line', data: 'figures', groupby: 'name' } },
          marks: [
            { type: 'line', from: { data: 'line' }, encode: place({ stroke: colour, strokeWidth: { value: 2 } }) },
            { type: 'symbol', from: { data: 'line' }, encode: place({ fill: colour, size: { value: 20 } }) },
          ],
        },
      ]),
      panel('loss, training', { data: 'loss', field: 'value' }, [
        {
          type: 'line',
          from: { data: 'loss' },
          encode: place({ stroke: { value: '#555' }, strokeWidth: { value: 2 } }),
        },
      ]),
    ],
  };
}

/** An SVG document: each figure of the validations over the steps, and the training's loss below. */
export async function drawCurve(events: Iterable<TrainEvent>): Promise<string> {
  const view = new View(parse(specOf(curveData(events))), { renderer: 'none' });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
