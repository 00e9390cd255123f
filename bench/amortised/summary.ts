import { METHODS, type Method, type Outcome, type PairRecord, SETTINGS, type Setting } from './events.js';

/** Losses and distances this much higher count as no worse. */
const TIE = 1.001;
/** Of the style distances between views: a picture within it is as near as one of the same style. */
const QUANTILE = 0.9;

/** Medians over pairs; infinite where half of them never came there, absent where none has the measure. */
export interface MethodMedians {
  loss?: number | undefined;
  style?: number | undefined;
  gram?: number | undefined;
  swd?: number | undefined;
  psnr?: number | undefined;
  ssim?: number | undefined;
  psiError?: number | undefined;
  seconds?: number | undefined;
  iterations?: number | undefined;
  iterationsToDefault?: number | undefined;
  secondsToDefault?: number | undefined;
}

/** What all pairs, or those of one setting, say; each is absent where there is nothing to say it by. */
export interface Summary {
  setting: Setting | 'all';
  pairs: number;
  methods: Partial<Record<Method, MethodMedians>>;
  guess: {
    /** Median of f_predict's style distance over the default's, both alone. */
    styleShare?: number | undefined;
    /** Median, with the target's style code and the ranking. */
    seconds?: number | undefined;
  };
  refined: {
    /** Iterations from f_predict to the least loss from the default over those that the default took: median, infinite for never. */
    iterationsShare?: number | undefined;
    /** Share of pairs that end from f_predict no worse than from the default: by the loss itself, Gram, sliced Wasserstein. */
    noWorse?: number | undefined;
    noWorseByGram?: number | undefined;
    noWorseBySwd?: number | undefined;
    /** Share of pairs of which Gram and sliced Wasserstein say the same. */
    gramAgreesWithSwd?: number | undefined;
    /** Share of pairs whose style distance from f_predict is within the spread of views. */
    withinViews?: number | undefined;
  };
}

/** Style distances between pictures of one style, over all rendered pairs. */
export interface SpreadSummary {
  median?: number | undefined;
  /** 90th percentile. */
  upper?: number | undefined;
  count: number;
}

export interface Summaries {
  views: SpreadSummary;
  acrossCubes: SpreadSummary;
  /** All pairs, then each setting that has some. */
  groups: Summary[];
}

/** Of the sorted values, linear between neighbours; of infinite ones too. Undefined for none. */
export function quantile(values: readonly number[], share: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const place = share * (values.length - 1);
  const [low, part] = [Math.floor(place), place % 1];
  return part === 0 ? sorted[low]! : sorted[low]! * (1 - part) + sorted[low + 1]! * part;
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

const shareOf = (truths: readonly boolean[]): number | undefined =>
  truths.length === 0 ? undefined : truths.filter(Boolean).length / truths.length;

const isNumber = (value: number | undefined): value is number => value !== undefined;

export function summarise(pairs: readonly PairRecord[]): Summaries {
  const spreads = pairs.flatMap(({ spread }) => (spread ? [spread] : []));
  const views = spreadOf(spreads.flatMap((spread) => spread.views));
  const acrossCubes = spreadOf(spreads.map((spread) => spread.acrossCubes).filter(isNumber));
  const of = (setting: Setting) => pairs.filter((pair) => pair.setting === setting);
  const present = SETTINGS.filter((setting) => of(setting).length > 0);
  const groups = [
    groupOf('all', pairs, views.upper),
    ...present.map((setting) => groupOf(setting, of(setting), views.upper)),
  ];
  return { views, acrossCubes, groups };
}

const spreadOf = (values: readonly number[]): SpreadSummary => ({
  median: median(values),
  upper: quantile(values, QUANTILE),
  count: values.length,
});

function groupOf(setting: Summary['setting'], pairs: readonly PairRecord[], within: number | undefined): Summary {
  const outcomes = (method: Method) => pairs.flatMap((pair) => pair.outcomes.filter((one) => one.method === method));
  const methods = METHODS.map((method) => [method, mediansOf(outcomes(method))] as const);
  const both = <Value>(first: Method, second: Method, of: (a: Outcome, b: Outcome) => Value): Value[] =>
    pairs.flatMap(({ outcomes: own }) => {
      const [a, b] = [first, second].map((method) => own.find((outcome) => outcome.method === method));
      return a && b ? [of(a, b)] : [];
    });
  const noWorse = (measure: 'loss' | 'gram' | 'swd') =>
    both('from f_predict', 'from default', (ours, theirs) => ours[measure] <= TIE * theirs[measure]);
  const [gram, swd] = [noWorse('gram'), noWorse('swd')];
  const styles = outcomes('from f_predict').map(({ style }) => style);
  return {
    setting,
    pairs: pairs.length,
    methods: Object.fromEntries(methods),
    guess: {
      styleShare: median(both('f_predict alone', 'default alone', (ours, theirs) => ours.style / theirs.style)),
      seconds: median(outcomes('f_predict alone').map(({ seconds }) => seconds)),
    },
    refined: {
      iterationsShare: median(
        both('from f_predict', 'from default', ({ toDefault }, { iterations }) =>
          toDefault ? toDefault.iterations / iterations! : Number.POSITIVE_INFINITY,
        ),
      ),
      noWorse: shareOf(noWorse('loss')),
      noWorseByGram: shareOf(gram),
      noWorseBySwd: shareOf(swd),
      gramAgreesWithSwd: shareOf(gram.map((one, i) => one === swd[i])),
      withinViews: within === undefined ? undefined : shareOf(styles.map((style) => style <= within)),
    },
  };
}

function mediansOf(outcomes: readonly Outcome[]): MethodMedians {
  const of = (value: (outcome: Outcome) => number | undefined) => median(outcomes.map(value).filter(isNumber));
  const toDefault = (of: 'iterations' | 'seconds') => (outcome: Outcome) =>
    outcome.toDefault === undefined ? undefined : (outcome.toDefault?.[of] ?? Number.POSITIVE_INFINITY);
  return {
    loss: of(({ loss }) => loss),
    style: of(({ style }) => style),
    gram: of(({ gram }) => gram),
    swd: of(({ swd }) => swd),
    psnr: of(({ psnr }) => psnr),
    ssim: of(({ ssim }) => ssim),
    psiError: of(({ psiError }) => psiError),
    seconds: of(({ seconds }) => seconds),
    iterations: of(({ iterations }) => iterations),
    iterationsToDefault: of(toDefault('iterations')),
    secondsToDefault: of(toDefault('seconds')),
  };
}
