/**
 * Every scalar of Ψ, in one table: the zod schema, the JSON Schema, the flat vector, the bijections, the gradient check
 * and the README's list are all made from it. Keys are paths into the document; `*` stands for any index.
 */
export interface ScalarSpec {
  unit: string;
  /** Closed interval of legal values. */
  bounds: readonly [low: number, high: number];
  default: number;
  /** How the optimizer's unconstrained real becomes a value; see psi-bijections.ts. */
  bijection: 'linear' | 'log' | 'asinh' | 'ordered' | 'interval';
  /**
   * What a unit step of the optimizer's real is multiplied with. Adam moves every real about as far; a tone scalar changes
   * every pixel and a knot's colour a few, so tone at full pace runs off to where it makes up for colours not yet found.
   */
  pace: number;
  /** Whether the adjoint returns a gradient for it. One that doesn't may be set, but not freed. */
  differentiable: boolean;
  about: string;
}

const scalar = (
  about: string,
  unit: string,
  low: number,
  high: number,
  initial: number,
  bijection: ScalarSpec['bijection'],
  pace = 1,
): ScalarSpec => ({ about, unit, bounds: [low, high], default: initial, bijection, pace, differentiable: true });

/** May be set, but a picture is no smooth function of it. */
const fixed = (...of: Parameters<typeof scalar>): ScalarSpec => ({ ...scalar(...of), differentiable: false });

/** Found on recoveries from random Ψ (bench/recovery.ts); halving or doubling them changes little, 1 loses 5 to 10 dB. */
const GLOBAL_PACE = 0.1;
const WINDOW_PACE = 0.2;
const KNOT_PACE = 0.3;
const EXTINCTION_PACE = 1.5;
const SURFACE_PACE = 0.3;
const CAMERA_PACE = 0.06;

const share = 'share of the stored range';
const linear = 'linear RGB';

export const SCALARS = {
  'channels.*.window.lo': scalar('intensity that maps to 0', share, -0.5, 1.5, 0, 'ordered', WINDOW_PACE),
  'channels.*.window.hi': scalar('intensity that maps to 1', share, -0.5, 1.5, 1, 'ordered', WINDOW_PACE),
  'channels.*.gamma': scalar('exponent of the windowed intensity', '', 0.2, 5, 1, 'log', GLOBAL_PACE),
  'channels.*.gradientOpacity': scalar('how far extinction follows the gradient', '', 0, 1, 0, 'linear', SURFACE_PACE),
  'channels.*.knots.*.x': scalar('place of the knot', 'windowed intensity', 0, 1, 0, 'ordered', KNOT_PACE),
  'channels.*.knots.*.color.*': scalar('colour at the knot', linear, 0, 1, 1, 'linear'),
  'channels.*.knots.*.extinction': scalar(
    'extinction at the knot',
    '1/world unit',
    0,
    10000,
    0,
    'asinh',
    EXTINCTION_PACE,
  ),
  density: scalar('factor on every extinction', '', 0.001, 1000, 1, 'log', GLOBAL_PACE),
  'surface.length': scalar(
    'a rise through the window within it is a full surface',
    'world units',
    0.001,
    1000,
    0.1,
    'log',
    SURFACE_PACE,
  ),
  'shading.ambient': scalar('ambient share of the light', '', 0, 1, 1, 'linear', SURFACE_PACE),
  'shading.diffuse': scalar('diffuse reflection', '', 0, 2, 0, 'linear', SURFACE_PACE),
  'shading.specular': scalar('specular reflection', '', 0, 2, 0, 'linear', SURFACE_PACE),
  'shading.shininess': scalar('Blinn–Phong exponent', '', 1, 256, 32, 'log', SURFACE_PACE),
  'lights.key.azimuth': scalar('of the key light, from the camera', '°', -180, 180, 45, 'linear', SURFACE_PACE),
  'lights.key.elevation': scalar('of the key light, from the camera', '°', -90, 90, 45, 'linear', SURFACE_PACE),
  'lights.key.color.*': scalar('colour of the key light', linear, 0, 1, 1, 'linear', SURFACE_PACE),
  'lights.key.intensity': scalar('of the key light', '', 0, 10, 1, 'linear', SURFACE_PACE),
  'lights.headlight.intensity': scalar('of the light at the camera', '', 0, 10, 0, 'linear', SURFACE_PACE),
  'background.top.*': scalar('background at the top of the picture', linear, 0, 1, 0, 'linear'),
  'background.bottom.*': scalar('background at the bottom of the picture', linear, 0, 1, 0, 'linear'),
  'tone.exposure': scalar('brightness', 'stops', -8, 8, 0, 'linear', GLOBAL_PACE),
  'tone.contrast': scalar('exponent about middle grey', '', 0.25, 4, 1, 'log', GLOBAL_PACE),
  'tone.saturation': scalar('distance from grey', '', 0, 3, 1, 'linear', GLOBAL_PACE),
  'tone.hue': scalar('rotation about the grey axis', '°', -180, 180, 0, 'linear', GLOBAL_PACE),
  'tone.gamma': scalar('display gamma before sRGB', '', 0.25, 4, 1, 'log', GLOBAL_PACE),
  'camera.azimuth': scalar('orbit about +z; 0 looks along +y', '°', -360, 360, 30, 'linear', CAMERA_PACE),
  'camera.elevation': scalar('orbit above the xy plane', '°', -90, 90, 30, 'linear', CAMERA_PACE),
  'camera.roll': scalar('turn about the line of sight', '°', -360, 360, 0, 'linear', CAMERA_PACE),
  'camera.distance': scalar('eye to target', 'world units', 0.01, 100, 2.2, 'log', CAMERA_PACE),
  'camera.target.*': scalar(
    'point looked at; the origin is the centre of the cube',
    'world units',
    -10,
    10,
    0,
    'linear',
    CAMERA_PACE,
  ),
  'camera.fov': scalar(
    'vertical field of view; 0, which has no gradient, is orthographic',
    '°',
    1,
    150,
    40,
    'log',
    CAMERA_PACE,
  ),
  'clip.min.*': scalar('lower clip plane', 'share of the side', 0, 1, 0, 'interval', GLOBAL_PACE),
  'clip.max.*': scalar('upper clip plane', 'share of the side', 0, 1, 1, 'interval', GLOBAL_PACE),
  'sampling.rate': fixed('samples a voxel along the diagonal', '1/voxel', 0.05, 16, 1, 'log'),
} as const satisfies Record<string, ScalarSpec>;

export type ScalarKey = keyof typeof SCALARS;

/** The table's key for a path of a document: channels.0.knots.3.x → channels.*.knots.*.x. */
export function keyOf(path: string): ScalarKey {
  return path.replace(/\.\d+(?=\.|$)/g, '.*') as ScalarKey;
}
