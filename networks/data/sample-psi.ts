import type { Cube } from '../../cubes/index.js';
import { PSI_VERSION, type Psi, parsePsi } from '../../engine/psi.js';
import type { Random } from '../../random.js';
import { oklchToLinear, type Triple } from './oklab.js';
import { choose, HUE_SCHEMES, type HueScheme, sampleHue, samplePalette } from './palette.js';
import { PSI_RANGES } from './psi-ranges.js';
import { COLORS_OF_CHANNEL, logBetween, type Profile, sampleChannel } from './sample-channel.js';
import { sampleView } from './sample-view.js';

/** How often each profile is drawn. */
const PROFILE_WEIGHTS: Readonly<Record<Profile, number>> = {
  ramp: 0.26,
  surface: 0.22,
  translucent: 0.16,
  layers: 0.18,
  skin: 0.18,
};

/**
 * A rendering style at random, within what people use: PSI_RANGES has the ranges and says why. Windows and knots are placed by the
 * cube's quantiles (intensity-scale.ts), colours come from palettes in OKLCh (palette.ts), the camera from sampleView. The
 * same cube and the same stream give the same Ψ. Whatever is drawn has the same knots and steps, and either shading
 * and gradient opacity or neither, so that all Ψ of one number of channels share two compiled kernels.
 *
 * A style on another cube is `transferPsi` of it.
 */
export function samplePsi(cube: Cube, random: Random): Psi {
  const profile = choose(random, PROFILE_WEIGHTS);
  const kind = profile === 'surface' ? 'surface' : cube.channels.length > 1 ? 'several' : 'single';
  const shaded = random.uniform() < PSI_RANGES.shaded[kind];
  return parsePsi({
    version: PSI_VERSION,
    channels: sampleChannels(cube, random, profile, shaded),
    density: logBetween(random, PSI_RANGES.density),
    ...(shaded && sampleLight(random)),
    background: sampleBackground(random),
    tone: sampleTone(random),
    camera: sampleView(cube, random),
    sampling: { steps: PSI_RANGES.steps },
  });
}

/** One channel has a palette of its own; of several each has the shades of one hue, or seldom a palette of its own. */
function sampleChannels(cube: Cube, random: Random, profile: Profile, shaded: boolean): Psi['channels'] {
  const { slight, strong, strongShare } = PSI_RANGES.gradientOpacity;
  const [least, most] = random.uniform() < strongShare ? strong : slight;
  const gradientOpacity = shaded ? random.between(least, most) : 0;
  const count = cube.channels.length;
  if (count === 1) {
    const { colors } = samplePalette(random, COLORS_OF_CHANNEL);
    return [sampleChannel(cube.channels[0]!, random, profile, colors, gradientOpacity)];
  }
  const hue = sampleHue(random);
  // Evenly about the wheel, or neighbours.
  const apart = random.uniform() < 0.7 ? 360 / Math.max(3, count) : 50;
  const own = random.uniform() < 0.15;
  const alike = random.uniform() < 0.6;
  return cube.channels.map((channel, c) => {
    const scheme: HueScheme | undefined = own ? undefined : random.uniform() < 0.1 ? 'grey' : HUE_SCHEMES[0];
    const { colors } = samplePalette(random, COLORS_OF_CHANNEL, { ...(scheme && { scheme }), hue: hue + apart * c });
    const shown = alike ? profile : choose(random, PROFILE_WEIGHTS);
    return sampleChannel(channel, random, shown, colors, gradientOpacity);
  });
}

function sampleLight(random: Random): Pick<Psi, 'shading' | 'surface' | 'lights'> {
  const { shading, key, headlight, surfaceLength } = PSI_RANGES;
  const tint = oklchToLinear([0.98, random.between(...key.tintChroma), random.between(0, 360)]);
  return {
    shading: {
      ambient: random.between(...shading.ambient),
      diffuse: random.between(...shading.diffuse),
      specular: random.uniform() < shading.glossy ? random.between(...shading.specular) : 0,
      shininess: logBetween(random, shading.shininess),
    },
    surface: { length: logBetween(random, surfaceLength) },
    lights: {
      key: {
        azimuth: random.between(...key.azimuth),
        elevation: random.between(...key.elevation),
        color: tint,
        intensity: random.between(...key.intensity),
      },
      headlight: { intensity: random.between(...headlight) },
    },
  };
}

function sampleBackground(random: Random): Psi['background'] {
  const { background, backgroundGrey, backgroundTint } = PSI_RANGES;
  const plain = (color: Triple) => ({ top: color, bottom: color });
  const tint = (chroma: number) =>
    oklchToLinear([random.between(...backgroundTint.lightness), chroma, random.between(0, 360)]);
  switch (choose(random, background)) {
    case 'black':
      return plain([0, 0, 0]);
    case 'white':
      return plain([1, 1, 1]);
    case 'grey':
      return plain(oklchToLinear([random.between(...backgroundGrey), 0, 0]));
    case 'tinted':
      return plain(tint(random.between(...backgroundTint.chroma)));
    case 'gradient': {
      // From a colour to a lighter or darker one of the same hue, as viewers' gradients go.
      const [hue, chroma] = [random.between(0, 360), random.uniform() < 0.4 ? 0 : random.between(0.02, 0.08)];
      const [top, bottom] = [random.between(0.05, 0.95), random.between(0.05, 0.95)];
      return { top: oklchToLinear([top, chroma, hue]), bottom: oklchToLinear([bottom, chroma, hue]) };
    }
  }
}

/** In linear steps for exposure and hue, in ratios for contrast and gamma. */
function sampleTone(random: Random): Partial<Psi['tone']> {
  const { neutral, exposure, contrast, saturation, hue, gamma } = PSI_RANGES.tone;
  const moved = <Value>(value: Value): Value | undefined => (random.uniform() < neutral ? undefined : value);
  return {
    exposure: moved(random.between(...exposure)),
    contrast: moved(logBetween(random, contrast)),
    saturation: moved(random.between(...saturation)),
    hue: moved(random.between(...hue)),
    gamma: moved(logBetween(random, gamma)),
  };
}
