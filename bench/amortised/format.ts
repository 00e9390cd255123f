import { type Column, formatTable } from '../speed/table.js';
import {
  METHODS,
  type Method,
  type OutcomeEvent,
  type PairRecord,
  type RecordEvent,
  type StartEvent,
} from './events.js';
import type { MethodMedians, SpreadSummary, Summaries, Summary } from './summary.js';

/** Three digits, in ASCII; undefined stays so. */
function digits(value: number | undefined): string | undefined {
  if (value === undefined || Number.isNaN(value)) return undefined;
  if (value === 0) return '0';
  if (value === Number.POSITIVE_INFINITY) return 'never';
  const size = Math.abs(value);
  return size < 1e-3 ? value.toExponential(2) : size >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

const percent = (value: number | undefined): string =>
  value === undefined ? '-' : value === Number.POSITIVE_INFINITY ? 'never' : `${(100 * value).toFixed(0)} %`;

/** A line of progress. */
export function describeOutcome(
  { number, setting, method, loss, style, seconds }: OutcomeEvent,
  { pairs }: Pick<StartEvent, 'pairs'>,
  { cube, target }: Pick<PairRecord, 'cube' | 'target'>,
): string {
  const values = `loss ${digits(loss)}, style ${digits(style)}, ${seconds.toFixed(2)} s`;
  return `${number}/${pairs} ${setting}: ${cube} <- ${target}, ${method}: ${values}`;
}

export const describeKept = (
  { number, setting, cube, target }: RecordEvent,
  { pairs }: Pick<StartEvent, 'pairs'>,
): string => `${number}/${pairs} ${setting}: ${cube} <- ${target}: kept`;

interface Row {
  setting: string;
  method: Method;
  medians: MethodMedians;
}

const measured = (title: string, name: keyof MethodMedians): Column<Row> => ({
  title,
  cell: ({ medians }) => digits(medians[name]),
});

const COLUMNS: readonly Column<Row>[] = [
  { title: 'setting', left: true, cell: ({ setting }) => setting },
  { title: 'method', left: true, cell: ({ method }) => method },
  measured('loss', 'loss'),
  measured('style', 'style'),
  measured('gram', 'gram'),
  measured('swd', 'swd'),
  measured('psnr', 'psnr'),
  measured('ssim', 'ssim'),
  measured('psi error', 'psiError'),
  measured('s', 'seconds'),
  measured('iterations', 'iterations'),
  measured('to default', 'iterationsToDefault'),
  measured('s to default', 'secondsToDefault'),
];

/** Medians by setting and method, and below them what they say of f_predict. */
export function formatSummary({ groups, views, acrossCubes }: Summaries): string {
  const rows = groups.flatMap(({ setting, pairs, methods }) =>
    METHODS.flatMap((method): Row[] =>
      methods[method] ? [{ setting: `${setting} (${pairs})`, method, medians: methods[method] }] : [],
    ),
  );
  const lines = groups.flatMap((group) => ['', `${group.setting}:`, ...figuresOf(group).map((line) => `  ${line}`)]);
  return [formatTable(COLUMNS, rows), '', LEGEND, '', ...spreads(views, acrossCubes), ...lines].join('\n');
}

const LEGEND = 'medians over pairs; to default: iterations and seconds to the least loss that came from the default';

const spreads = (views: SpreadSummary, acrossCubes: SpreadSummary): string[] =>
  (
    [
      ['views of one style on one cube', views],
      ['one style on two cubes', acrossCubes],
    ] as const
  ).map(
    ([what, { median, upper, count }]) =>
      `style distance, ${what}: median ${digits(median) ?? '-'}, 90th percentile ${digits(upper) ?? '-'} (${count})`,
  );

function figuresOf({ guess, refined }: Summary): string[] {
  return [
    `f_predict alone: style distance ${percent(guess.styleShare)} of the default's, in ${digits(guess.seconds) ?? '-'} s`,
    `from f_predict, iterations to the least loss from the default: ${percent(refined.iterationsShare)} of the default's`,
    `from f_predict, final loss no worse than from the default: ${percent(refined.noWorse)} of pairs`,
    `  by Gram ${percent(refined.noWorseByGram)}, by sliced Wasserstein ${percent(refined.noWorseBySwd)}; they say the same of ${percent(refined.gramAgreesWithSwd)}`,
    `from f_predict, within the 90th percentile of views: ${percent(refined.withinViews)} of pairs`,
  ];
}
