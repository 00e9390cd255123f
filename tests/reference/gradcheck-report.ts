import { keyOf, SCALARS, type ScalarKey } from '../../engine/psi-scalars.js';
import type { GradcheckCase } from './gradcheck.js';
import { ABSOLUTE, type GradcheckRow, RELATIVE } from './gradcheck-compare.js';

/** All scalars of one key, over all cases. */
export interface GradcheckKeySummary {
  key: ScalarKey;
  checked: number;
  failed: number;
  /** The row that comes nearest to its tolerance, or is farthest beyond it. */
  worst: GradcheckRow & {
    case: number;
    /** |difference|/|numeric|, with `numeric` no smaller than where the absolute tolerance takes over: at most 1e-3 passes. */
    relativeError: number;
  };
}

export interface GradcheckSummary {
  cases: number;
  redrawn: GradcheckCase['redrawn'];
  checked: number;
  failed: number;
  /** The largest difference of a picture's value from the reference, and the case. */
  picture: { difference: number; tolerance: number; case: number; ok: boolean };
  /** In the order of the table of scalars. */
  scalars: GradcheckKeySummary[];
  /** False for no cases at all. */
  passed: boolean;
}

/** NaN is worse than anything. */
const badness = (value: number) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);
/** 0 of 0 is no error. */
const excess = ({ difference, tolerance }: { difference: number; tolerance: number }) =>
  difference === 0 ? 0 : badness(difference / tolerance);

function relativeErrorOf({ difference, numeric, scale }: GradcheckRow): number {
  return difference === 0 ? 0 : difference / Math.max(Math.abs(numeric), (ABSOLUTE / RELATIVE) * scale);
}

export function summarise(cases: readonly GradcheckCase[]): GradcheckSummary {
  const byKey = new Map<ScalarKey, GradcheckKeySummary>();
  for (const { number, rows } of cases) {
    for (const row of rows) {
      const key = keyOf(row.path);
      const sofar = byKey.get(key);
      const worse = !sofar || excess(row) > excess(sofar.worst);
      byKey.set(key, {
        key,
        checked: (sofar?.checked ?? 0) + 1,
        failed: (sofar?.failed ?? 0) + Number(!row.ok),
        worst: worse ? { ...row, case: number, relativeError: relativeErrorOf(row) } : sofar.worst,
      });
    }
  }
  const scalars = (Object.keys(SCALARS) as ScalarKey[]).flatMap((key) => byKey.get(key) ?? []);
  const pictures = cases.map(({ number, picture }) => ({ ...picture, case: number }));
  const nothing = { difference: 0, tolerance: 0, case: 0, ok: false };
  const sum = (of: (summary: GradcheckKeySummary) => number) => scalars.reduce((total, one) => total + of(one), 0);
  return {
    cases: cases.length,
    redrawn: {
      onBorder: cases.reduce((total, { redrawn }) => total + redrawn.onBorder, 0),
      undecided: cases.reduce((total, { redrawn }) => total + redrawn.undecided, 0),
    },
    checked: sum(({ checked }) => checked),
    failed: sum(({ failed }) => failed),
    picture: pictures.reduce((a, b) => (excess(b) > excess(a) ? b : a), pictures[0] ?? nothing),
    scalars,
    passed: cases.length > 0 && cases.every(({ passed }) => passed),
  };
}

/** A table for people: a line a scalar, with its worst row; then the picture, and the verdict. */
export function formatGradcheck({
  cases,
  redrawn,
  checked,
  failed,
  picture,
  scalars,
  passed,
}: GradcheckSummary): string {
  const table = [
    ['scalar', 'checked', 'worst', 'where', ''],
    ...scalars.map(({ key, checked, failed, worst }) => [
      key,
      `${checked}`,
      worst.relativeError.toExponential(1),
      `case ${worst.case}: ${worst.path}, ${short(worst.analytic)} for ${short(worst.numeric)}`,
      failed > 0 ? `${failed} FAILED` : '',
    ]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  const lines = table.map((line) =>
    line
      .map((cell, column) =>
        column === 1 || column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
  const word = picture.ok ? '' : ': FAILED';
  return [
    ...lines,
    `picture: differs from the reference by at most ${picture.difference.toExponential(1)} (case ${picture.case})${word}`,
    `scenes redrawn: ${redrawn.onBorder} on the border of two voxels, ${redrawn.undecided} that float32 cannot decide`,
    `${passed ? 'passed' : 'FAILED'}: ${checked} gradients in ${cases} cases, ${failed} wrong (a relative error of ${RELATIVE} passes)`,
  ].join('\n');
}

const short = (value: number) => value.toPrecision(4);
