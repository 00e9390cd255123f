import { mebibytes } from '../../engine/fit-volume.js';
import type { RowEvent } from './events.js';
import type { SpeedReport } from './report.js';
import { type Column, formatTable } from './table.js';

const fixed = (digits: number) => (value: number | undefined) => value?.toFixed(digits);
const milliseconds = fixed(1);
/** Three digits, and no powers of ten. */
const factor = (value: number | undefined) => (value && value >= 100 ? value.toFixed(0) : value?.toPrecision(3));
const small = (value: number | undefined) => (value === 0 ? '0' : value?.toExponential(1));
const bytes = (value: number | undefined) => (value === undefined ? undefined : mebibytes(value));
const percent = (value: number | undefined) => (value === undefined ? undefined : `${(100 * value).toFixed(0)} %`);
const list = (values: readonly number[] | undefined, digits: number) => values?.map(fixed(digits)).join(' ');

function columns(rows: readonly RowEvent[], peers: readonly string[]): Column<RowEvent>[] {
  return [
    // Once for all rows of a scene.
    { title: 'scene', left: true, cell: (row) => (rows[rows.indexOf(row) - 1]?.scene === row.scene ? '' : row.scene) },
    { title: 'by', left: true, cell: ({ way }) => way },
    { title: 'fetches ms', cell: ({ timings }) => fixed(2)(timings.fetch?.median) },
    { title: 'forward ms', cell: ({ timings }) => milliseconds(timings.forward?.median) },
    { title: '+adjoint ms', cell: ({ timings }) => milliseconds(timings.both?.median) },
    { title: 'device ms', cell: ({ timings }) => fixed(2)(timings.device?.median) },
    { title: 'iteration ms', cell: ({ timings }) => milliseconds(timings.iteration?.median) },
    {
      title: '÷ passes',
      cell: ({ timings: { iteration, passes } }) => factor(iteration && passes && iteration.median / passes.median),
    },
    {
      title: 'Msamples/s',
      cell: ({ timings, samples }) => {
        const taken = timings.both ?? timings.fetch;
        return fixed(1)(taken && samples && samples / taken.median / 1000);
      },
    },
    { title: 'of ceiling', cell: ({ ceilingShare }) => percent(ceilingShare) },
    { title: '÷ goal', cell: ({ timings: { both }, goalMs }) => factor(both && goalMs && both.median / goalMs) },
    { title: '× simple', cell: ({ faster }) => factor(faster) },
    ...peers.map((name) => ({ title: `÷ ${name}`, cell: ({ ratios }: RowEvent) => factor(ratios?.[name]) })),
    { title: 'empty', cell: ({ empty }) => percent(empty) },
    { title: 'kept', cell: ({ heldBytes }) => bytes(heldBytes) },
    { title: 'RSS', cell: ({ rss }) => bytes(rss) },
    { title: 'peak RSS', cell: ({ peakRss }) => bytes(peakRss) },
  ];
}

const FIGURES: readonly Column<RowEvent>[] = [
  { title: 'figures', left: true, cell: ({ way }) => way },
  { title: 'mean r g b T', cell: ({ figures }) => list(figures?.mean, 6) },
  { title: 'gradient sums r g b extinction', cell: ({ figures }) => list(figures?.gradient, 4) },
  { title: 'differs by', cell: ({ figures }) => small(figures?.difference) },
];

/** The points of a sweep by their value; its base was measured first. */
function inOrder(rows: readonly RowEvent[]): RowEvent[] {
  const factors = [...new Set(rows.map(({ sweep }) => sweep?.factor))];
  const place = ({ sweep }: RowEvent) => factors.indexOf(sweep?.factor);
  const within = (a: RowEvent, b: RowEvent) => (a.sweep?.work ?? 0) - (b.sweep?.work ?? 0);
  const sweeps = rows.filter(({ sweep }) => sweep).sort((a, b) => place(a) - place(b) || within(a, b));
  return [
    ...rows.filter(({ section }) => section !== 'sweeps' && section !== 'memory'),
    ...sweeps,
    ...rows.filter(({ section }) => section === 'memory'),
  ];
}

/** The whole report for people. */
export function formatReport({ start, rows, leftOut, done }: SpeedReport): string {
  if (!start) return 'nothing was measured';
  const { machine, method, quick } = start;
  const sorted = inOrder(rows);
  const ratios = [...new Set(rows.flatMap((row) => Object.keys(row.ratios ?? {})))];
  const figures = rows.filter((row) => row.figures);
  const goal = rows.find(({ goalMs }) => goalMs !== undefined)?.goalMs;
  const legend = [
    '+adjoint: forward and adjoint together',
    'iteration: a whole one of a refinement by l2; ÷ passes: over its own forward and adjoint alone',
    '× simple: times as fast as the simple kernels',
    ...(goal === undefined
      ? []
      : [
          `÷ goal: forward and adjoint over the ${goal} ms that they should take on a GPU; below 1 is met`,
          'device: of that, from submissions to their ends; fetches: all samples in the cube taken once, and no more',
          'of ceiling: the faster fetches’ time over the device’s; a half is each sample taken by forward and by adjoint',
        ]),
    ...(ratios.length > 0 ? ['÷ a peer: its forward and adjoint over the peer’s; below 1 is faster'] : []),
  ];
  return [
    `${machine.device}; ${machine.cpu}, ${machine.cores} threads; Node ${machine.node}`,
    `${method}${quick ? '; --quick: the times mean nothing' : ''}`,
    '',
    ...(rows.length > 0 ? [formatTable(columns(sorted, ratios), sorted), '', ...legend] : []),
    ...(figures.length > 0 ? ['', formatTable(FIGURES, figures)] : []),
    ...(leftOut.length > 0
      ? ['', ...leftOut.map(({ type, scene, way, reason }) => `${type}: ${scene}: ${way}: ${reason}`)]
      : []),
    ...(done && done.disagreeing.length > 0 ? ['', ...done.disagreeing.map((name) => `disagrees: ${name}`)] : []),
    ...(done?.complete ? [] : ['', 'interrupted: the rest was not measured']),
  ].join('\n');
}
