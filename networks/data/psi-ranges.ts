/**
 * How random a random Ψ is: every range that samplePsi draws from, in one table. Pairs are [least, greatest], drawn evenly, or evenly
 * in their logarithm where it says so; other numbers are probabilities. They were set by looking at contact sheets of the volumes
 * of CT, MRI and microscopy: wider ones give more fog, black and white; narrower ones pictures that a histogram tells apart.
 */
export const PSI_RANGES = {
  /** Knots of every channel: the default Ψ's number, so that one compiled kernel serves all. */
  knots: 8,
  /** Samples on each ray. */
  steps: 96,
  window: {
    /** Ends as shares on the channel's intensity scale (see intensity-scale.ts): below ½ is background, above is object. */
    lo: [0.05, 0.4],
    hi: [0.86, 0.998],
  },
  /** Logarithmic. */
  gamma: [0.6, 1.6],
  /** Where a transfer function ceases to be clear, as a share: at the object's outside, or deep in it in every third. */
  onset: { outside: [0.5, 0.58], inside: [0.58, 0.8], insideShare: 0.3 },
  /** From the last clear knot to the first that isn't, in shares: a hard edge or a soft one. */
  edge: [0.01, 0.08],
  /** 1/world unit, logarithmic: opaque within a twentieth of the cube or so; seen through. */
  opaque: [30, 200],
  translucent: [1.5, 9],
  /** The exponent of a ramp, and its end, logarithmic. */
  rampPower: [1, 3],
  rampTop: [10, 120],
  /** On every extinction, logarithmic. */
  density: [0.7, 1.4],
  /**
   * How often a Ψ has lights: stacks of one channel are mostly CT or MRI, those of several fluorescence, which is shown unlit; a
   * surface without lights is a silhouette.
   */
  shaded: { single: 0.6, several: 0.25, surface: 0.9 },
  shading: { ambient: [0.2, 0.55], diffuse: [0.5, 1.1], specular: [0.05, 0.6], shininess: [6, 64], glossy: 0.5 },
  /** World units, logarithmic. */
  surfaceLength: [0.03, 0.15],
  /** Of shaded ones: most have none to speak of, the others emphasise boundaries. Never quite 0, which would be another kernel. */
  gradientOpacity: { slight: [0.01, 0.05], strong: [0.2, 0.85], strongShare: 0.35 },
  key: { azimuth: [-70, 70], elevation: [-10, 75], intensity: [0.7, 1.3], tintChroma: [0, 0.05] },
  headlight: [0, 0.4],
  /** How often each kind of background is drawn. */
  background: { black: 0.36, white: 0.2, grey: 0.14, gradient: 0.18, tinted: 0.12 },
  /** OKLab's lightness of grey backgrounds, and lightness and chroma of tinted ones. */
  backgroundGrey: [0.2, 0.8],
  backgroundTint: { lightness: [0.15, 0.9], chroma: [0.02, 0.07] },
  /** Each tone scalar is left neutral in half of all Ψ. Contrast and gamma are logarithmic. */
  tone: {
    neutral: 0.5,
    exposure: [-0.5, 0.6],
    contrast: [0.8, 1.35],
    saturation: [0.5, 1.4],
    hue: [-25, 25],
    gamma: [0.85, 1.25],
  },
} as const;
