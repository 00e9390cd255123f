/*
 * A style without its cube, as a row of numbers: what f_predict gives and is taught. Places among intensities are shares on
 * the cube's own scale (see data/intensity-scale.ts), so that one row means the same look on any cube, and colours are
 * those that a display shows, so that one look has one row: brighter colours under a lower exposure are the same. The tone
 * of what is taught is therefore neutral; style errors through the renderer move it where colours alone don't do.
 */

/** Numbers of one kind: a value is centre + spread · (what the row holds). */
export interface Group {
  readonly name: string;
  readonly count: number;
  readonly centre: number;
  readonly spread: number;
  /** Of values, where Ψ needs them: beyond them they are clamped. */
  readonly bounds: readonly [least: number, most: number];
}

const group = <Name extends string>(
  name: Name,
  count: number,
  centre: number,
  spread: number,
  ...bounds: [number, number]
): Group & { name: Name } => ({ name, count, centre, spread, bounds });

/** Knots within the object; see sampleChannel in data/, whose form this is. */
export const SEEN_KNOTS = 6;
/** Below the object, clear. */
export const CLEAR_KNOTS = 2;

/** Of the picture as a whole. Angles in degrees; display values; exposure in stops; logarithms where it says so. */
export const GLOBAL = [
  group('background.top', 3, 0.5, 0.35, 0, 1),
  group('background.bottom', 3, 0.5, 0.35, 0, 1),
  group('tone.exposure', 1, 0, 0.35, -2, 2),
  group('tone.log contrast', 1, 0, 0.15, -0.7, 0.7),
  group('tone.saturation', 1, 1, 0.25, 0, 2),
  group('tone.hue', 1, 0, 15, -90, 90),
  group('tone.log gamma', 1, 0, 0.12, -0.7, 0.7),
  // Lights are on where it is above ½.
  group('shaded', 1, 0.5, 0.5, 0, 1),
  group('shading.ambient', 1, 0.38, 0.1, 0, 1),
  group('shading.diffuse', 1, 0.8, 0.17, 0.05, 2),
  group('shading.specular', 1, 0.15, 0.2, 0, 2),
  group('shading.log shininess', 1, 3, 0.7, 0.7, 5.5),
  group('surface.log length', 1, -2.7, 0.5, -4.6, 0),
  group('key.azimuth', 1, 0, 40, -90, 90),
  group('key.elevation', 1, 32, 25, -60, 85),
  group('key.intensity', 1, 1, 0.17, 0.1, 3),
  group('headlight.intensity', 1, 0.2, 0.12, 0, 2),
] as const;

/** Of each channel. Ends of window and places of knots as shares; colours as displayed; extinctions in 1/world unit. */
export const CHANNEL = [
  group('window.lo', 1, 0.22, 0.1, 0.002, 0.49),
  group('window.hi', 1, 0.93, 0.04, 0.7, 0.9995),
  group('log gamma', 1, 0, 0.28, -1, 1),
  // Never quite 0 with lights, which would be another kernel.
  group('gradientOpacity', 1, 0.2, 0.25, 0.01, 1),
  group('start', 1, 0.57, 0.08, 0.4, 0.92),
  group('edge', 1, 0.045, 0.02, 0.005, 0.2),
  group('color', 3 * SEEN_KNOTS, 0.5, 0.3, 0, 1),
  group('log extinction', SEEN_KNOTS, 2.5, 1.7, -1.2, 6),
] as const;

/** Added to an extinction before its logarithm: less is clear. */
export const LEAST_EXTINCTION = 0.3;

export type GlobalName = (typeof GLOBAL)[number]['name'];
export type ChannelName = (typeof CHANNEL)[number]['name'];

const countOf = (groups: readonly Group[]) => groups.reduce((sum, { count }) => sum + count, 0);
export const GLOBAL_COUNT = countOf(GLOBAL);
export const CHANNEL_COUNT = countOf(CHANNEL);

/** Numbers of a row: the globals, then each channel's. */
export const rowLength = (channels: number) => GLOBAL_COUNT + channels * CHANNEL_COUNT;

/** Where a group begins among its kind. */
function placesOf<Name extends string>(groups: readonly (Group & { name: Name })[]): Readonly<Record<Name, Place>> {
  const places: Partial<Record<Name, Place>> = {};
  let at = 0;
  for (const own of groups) {
    places[own.name] = { ...own, at };
    at += own.count;
  }
  return places as Record<Name, Place>;
}

export interface Place extends Group {
  readonly at: number;
}

export const GLOBALS = placesOf<GlobalName>(GLOBAL);
export const CHANNELS = placesOf<ChannelName>(CHANNEL);
