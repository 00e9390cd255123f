/** A node of VTK's piecewise linear transfer functions. */
export interface Point {
  /** A value of the samples as the file stores them. */
  x: number;
  /** Display colour. */
  color: readonly [r: number, g: number, b: number];
  /** Over the scene's unit distance, in [0, 1). */
  opacity: number;
}

/** VTK's own four numbers. */
export interface Shading {
  ambient: number;
  diffuse: number;
  specular: number;
  power: number;
}

/** A picture that VTK and voxstyle both make. */
export interface Scene {
  /** The volumes it is for: those whose file name has this word in it. */
  volume: string;
  /** Width over height. */
  aspect: number;
  /** As Ψ has it; angles in degrees, the distance in world units (the longest side is 1). */
  camera: { azimuth: number; elevation: number; roll: number; distance: number; fov: number };
  background: [r: number, g: number, b: number];
  /** Length over which the points' opacities hold, in world units. */
  unitDistance: number;
  points: readonly Point[];
  shading: Shading;
}

const PLASTIC: Shading = { ambient: 0.4, diffuse: 0.9, specular: 0.3, power: 20 };

/** Each with its own materials (a veil outside, something dense inside), side, lens and background. */
export const SCENES: readonly Scene[] = [
  {
    volume: 'tooth',
    aspect: 1,
    camera: { azimuth: 35, elevation: 15, roll: 0, distance: 2, fov: 30 },
    background: [0, 0, 0],
    unitDistance: 1 / 100,
    points: [
      { x: 0, color: [0, 0, 0], opacity: 0 },
      { x: 95, color: [0.45, 0.1, 0.1], opacity: 0 },
      { x: 125, color: [0.85, 0.35, 0.2], opacity: 0.06 },
      { x: 150, color: [0.9, 0.6, 0.35], opacity: 0.04 },
      { x: 190, color: [0.95, 0.8, 0.6], opacity: 0.06 },
      { x: 225, color: [0.9, 0.95, 1], opacity: 0.5 },
      { x: 255, color: [1, 1, 1], opacity: 0.8 },
    ],
    shading: PLASTIC,
  },
  {
    volume: 'engine',
    aspect: 4 / 3,
    camera: { azimuth: -40, elevation: 35, roll: 0, distance: 1.75, fov: 35 },
    background: [0.1, 0.12, 0.18],
    unitDistance: 1 / 128,
    points: [
      { x: 0, color: [0, 0, 0], opacity: 0 },
      { x: 80, color: [0.2, 0.35, 0.6], opacity: 0 },
      { x: 130, color: [0.3, 0.55, 0.85], opacity: 0.05 },
      { x: 165, color: [0.35, 0.6, 0.85], opacity: 0.05 },
      { x: 190, color: [0.9, 0.5, 0.15], opacity: 0.45 },
      { x: 255, color: [1, 0.85, 0.4], opacity: 0.75 },
    ],
    shading: { ambient: 0.5, diffuse: 0.8, specular: 0.2, power: 10 },
  },
  {
    volume: 'hydrogen',
    aspect: 1,
    camera: { azimuth: 60, elevation: 25, roll: 20, distance: 1.3, fov: 45 },
    background: [0.85, 0.85, 0.8],
    unitDistance: 1 / 64,
    points: [
      { x: 0, color: [0.1, 0.1, 0.5], opacity: 0 },
      { x: 0.01, color: [0.1, 0.2, 0.6], opacity: 0 },
      { x: 0.06, color: [0.1, 0.6, 0.7], opacity: 0.08 },
      { x: 0.2, color: [0.3, 0.8, 0.3], opacity: 0.1 },
      { x: 0.35, color: [0.95, 0.75, 0.1], opacity: 0.5 },
      { x: 1, color: [0.9, 0.1, 0.05], opacity: 0.9 },
    ],
    shading: { ambient: 0.4, diffuse: 0.7, specular: 0.5, power: 40 },
  },
  {
    volume: 'headsq',
    aspect: 3 / 4,
    camera: { azimuth: 215, elevation: -10, roll: 180, distance: 2.9, fov: 25 },
    background: [0, 0, 0],
    unitDistance: 1 / 64,
    points: [
      { x: 0, color: [0.6, 0.3, 0.2], opacity: 0 },
      { x: 500, color: [0.8, 0.45, 0.3], opacity: 0 },
      { x: 900, color: [0.9, 0.6, 0.45], opacity: 0.06 },
      { x: 1150, color: [0.9, 0.55, 0.45], opacity: 0.03 },
      { x: 1500, color: [1, 0.95, 0.85], opacity: 0.35 },
      { x: 4000, color: [1, 1, 1], opacity: 0.9 },
    ],
    shading: PLASTIC,
  },
];
