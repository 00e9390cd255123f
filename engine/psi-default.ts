import { type Channel, type Cube, worldExtent } from '../cubes/cube.js';
import { PSI_VERSION, type Psi, type PsiChannel, parsePsi } from './psi.js';
import { SCALARS } from './psi-scalars.js';

/** Knots of each channel of a Ψ that nobody chose. */
export const DEFAULT_KNOTS = 8;
/** Extinction at the top of the window, 1/world unit: a bright structure is opaque within a few hundredths of the cube. */
const TOP_EXTINCTION = 40;
/** Shares of voxels left below and above the window, as viewers' auto contrast has them. */
const WINDOW_TAILS = [0.02, 0.998] as const;
const BINS = 4096;
/** What changes a picture's look at no more cost a pixel: not the view, and not surfaces, which the default doesn't have. */
const FREE = ['channels.*.window', 'channels.*.gamma', 'channels.*.knots', 'density', 'background', 'tone'];

/** How much of the picture's height the ball around the cube takes. Its corners are mostly empty, so a little more than all. */
const FILL = 1.2;

/** The distance at which the cube fills a picture, whatever side it is seen from. World units. */
function framingDistance(cube: Cube): number {
  const radius = Math.hypot(...worldExtent(cube)) / 2;
  return radius / Math.sin((SCALARS['camera.fov'].default * Math.PI) / 360) / FILL;
}

/** Colours that fluorescence channels get in turn: green, magenta, cyan, yellow, red, blue. Linear RGB. */
const CHANNEL_COLORS = [
  [0.05, 1, 0.1],
  [1, 0.05, 0.8],
  [0.05, 0.8, 1],
  [1, 0.8, 0.05],
  [1, 0.1, 0.05],
  [0.1, 0.2, 1],
] as const;

/** The intensities, as shares of the stored range, below which the given shares of the voxels lie. */
export function intensityQuantiles({ samples, range: [lo, hi] }: Channel, shares: readonly number[]): number[] {
  const counts = new Uint32Array(BINS);
  for (const sample of samples) counts[Math.min(BINS - 1, Math.floor(((sample - lo) / (hi - lo)) * BINS))]!++;
  return shares.map((share) => {
    let below = 0;
    const bin = counts.findIndex((count) => {
      below += count;
      return below >= share * samples.length;
    });
    return (bin + share) / BINS;
  });
}

function defaultChannel(channel: Channel, color: readonly number[]): PsiChannel {
  const [lo, hi] = intensityQuantiles(channel, WINDOW_TAILS) as [number, number];
  return {
    name: channel.name,
    enabled: true,
    window: { lo, hi: Math.max(hi, lo + 1 / BINS) },
    gamma: 1,
    gradientOpacity: 0,
    knots: Array.from({ length: DEFAULT_KNOTS }, (_, k) => {
      const x = (k + 0.5) / DEFAULT_KNOTS;
      return {
        x,
        color: color.map((c) => c * (0.2 + 0.8 * x)) as [number, number, number],
        // Clear below a fifth of the window, where most stacks have background and noise.
        extinction: TOP_EXTINCTION * Math.max(0, (x - 0.2) / 0.8) ** 2,
      };
    }),
  };
}

/**
 * A Ψ that shows any cube: each channel windowed by its own quantiles, a grey ramp (for one channel) or one colour a channel,
 * extinction rising with intensity, black background, neutral tone, a camera that frames the cube.
 * A refinement keeps its clear knots clear, or it would fill the box with haze where a darker background is meant.
 */
export function defaultPsi(cube: Cube): Psi {
  const channels = cube.channels.map((channel, c) =>
    defaultChannel(channel, cube.channels.length === 1 ? [1, 1, 1] : CHANNEL_COLORS[c % CHANNEL_COLORS.length]!),
  );
  return parsePsi({
    version: PSI_VERSION,
    channels,
    camera: { distance: framingDistance(cube) },
    parameters: freeByDefault(channels),
  });
}

/** What a refinement may change of a Ψ that nobody chose: what it shows, not from where; clear knots stay clear. */
export function freeByDefault(channels: readonly Pick<PsiChannel, 'knots'>[]): { free: string[]; freeze: string[] } {
  const clear = channels.flatMap(({ knots }, c) =>
    knots.flatMap(({ extinction }, k) => (extinction === 0 ? [`channels.${c}.knots.${k}.extinction`] : [])),
  );
  return { free: [...FREE], freeze: clear };
}
