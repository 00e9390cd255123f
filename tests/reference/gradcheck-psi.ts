/** What the gradient check's scenes have besides what randomPsi draws. */
import type { Cube } from '../../cubes/cube.js';
import type { Size } from '../../engine/frame.js';
import type { Psi } from '../../engine/psi.js';
import type { Random } from '../../random.js';
import { LIVE } from './branches.js';
import { windowedValues } from './classify.js';
import { sampleRays } from './renderer.js';

/** Gradient opacity, shading and lights, drawn from most of what people may set. */
export function withSurfaces(psi: Psi, random: Random): Psi {
  // At either end of its interval in some channels.
  const opacity = () => Math.min(Math.max(random.between(-0.2, 1.2), 0), 1);
  const drawn = {
    ...psi,
    channels: psi.channels.map((channel) => ({ ...channel, gradientOpacity: opacity() })),
    shading: {
      ambient: random.between(0.05, 1),
      diffuse: random.between(0.1, 1.5),
      specular: random.between(0.1, 1.5),
      shininess: Math.exp(random.between(0, Math.log(60))),
    },
    lights: {
      key: {
        azimuth: random.between(-180, 180),
        elevation: random.between(-90, 90),
        color: [random.uniform(), random.uniform(), random.uniform()],
        intensity: random.between(0.2, 2),
      },
      headlight: { intensity: random.between(0, 1.5) },
    },
  } satisfies Partial<Psi>;
  return { ...drawn, surface: { length: Math.exp(random.between(Math.log(0.02), Math.log(0.5))) } };
}

/** Windows of a tenth of their width, so that a rise through them is steep. */
export function withNarrowWindows(psi: Psi): Psi {
  const channels = psi.channels.map(({ window: { lo, hi }, ...channel }) => ({
    ...channel,
    window: { lo: lo + 0.45 * (hi - lo), hi: hi - 0.45 * (hi - lo) },
  }));
  return { ...psi, channels };
}

/**
 * The first two knots at 0 and the last two at 1, where all samples are that lie outside the window, which is narrowed for that:
 * exactly on a kink, which neither side can mistake.
 */
export function withKnotsOnEnds(psi: Psi): Psi {
  const place = (k: number, count: number, x: number) => (k < 2 ? 0 : k >= count - 2 ? 1 : x);
  const channels = psi.channels.map(({ window: { lo, hi }, knots, ...channel }) => ({
    ...channel,
    window: { lo: lo + 0.25 * (hi - lo), hi: hi - 0.25 * (hi - lo) },
    knots: knots.map((knot, k) => ({ ...knot, x: place(k, knots.length, knot.x) })),
  }));
  return { ...psi, channels };
}

/**
 * The second and third of four or more knots in one place: the transfer function jumps there. That is in the middle of the
 * widest gap between the samples, so that none of them can be mistaken for one on the other side.
 */
export function withCoincidentKnots(psi: Psi, cube: Cube, size: Size): Psi {
  const windowed = windowedValues(sampleRays(cube, psi, size), psi, LIVE);
  const channels = psi.channels.map((channel, c) => {
    const [first, , , fourth] = channel.knots;
    const x = Math.fround(widestGap(windowed[c]!, first!.x, fourth!.x));
    return { ...channel, knots: channel.knots.map((knot, k) => (k === 1 || k === 2 ? { ...knot, x } : knot)) };
  });
  return { ...psi, channels };
}

/** The middle of the widest interval between `low` and `high` that none of the values lies in. */
function widestGap(values: Float64Array, low: number, high: number): number {
  const between = [low, ...values.filter((value) => value > low && value < high).sort(), high];
  let widest = 0;
  for (let i = 0; i + 1 < between.length; i++) {
    if (between[i + 1]! - between[i]! > between[widest + 1]! - between[widest]!) widest = i;
  }
  return (between[widest]! + between[widest + 1]!) / 2;
}

/** Nothing to be seen of the volume, though all of it would be if there were more of it. */
export function withoutExtinction(psi: Psi): Psi {
  const channels = psi.channels.map((channel) => ({
    ...channel,
    knots: channel.knots.map((knot) => ({ ...knot, extinction: 0 })),
  }));
  return { ...psi, channels };
}
