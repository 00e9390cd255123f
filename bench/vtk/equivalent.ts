import { type Cube, worldExtent } from '../../cubes/cube.js';
import type { Size } from '../../engine/frame.js';
import { PSI_VERSION, type Psi, parsePsi } from '../../engine/psi.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { SCALARS } from '../../engine/psi-scalars.js';
import type { Point, Scene } from './scenes.js';

/** How a scene is lit: not, by the default Ψ's measure of a surface, or on every slope, as VTK does it. */
export const SHADINGS = ['unshaded', 'shaded', 'every-slope'] as const;
export type Shading = (typeof SHADINGS)[number];

const KNOTS = 64;
/** VTK's step, in voxels of the finest axis. */
const VTK_STEP = 0.25;

/** VTK's step in world units. */
export function sampleDistance(cube: Cube): number {
  return VTK_STEP * Math.min(...worldExtent(cube).map((side, axis) => side / cube.shape[axis]!));
}

/** Steps on each of voxstyle's rays with which the longest is sampled as finely as VTK samples all of them. */
export function stepsLikeVtk(cube: Cube): number {
  return Math.ceil(Math.hypot(...worldExtent(cube)) / sampleDistance(cube));
}

export function sizeOf({ aspect }: Scene, longest: number): Size {
  const shorter = Math.round(longest * Math.min(aspect, 1 / aspect));
  return aspect >= 1 ? { width: longest, height: shorter } : { width: shorter, height: longest };
}

function mixPoints(a: Point, b: Point, f: number): Point {
  const color = a.color.map((c, i) => c + f * (b.color[i]! - c)) as [number, number, number];
  return { x: a.x + f * (b.x - a.x), color, opacity: a.opacity + f * (b.opacity - a.opacity) };
}

/** The points as they show in [lo, hi]: with one at each end, and none beyond. */
function cut(points: readonly Point[], lo: number, hi: number): Point[] {
  const at = (x: number): Point => {
    const next = points.findIndex((point) => point.x > x);
    if (next <= 0) return { ...points.at(next)!, x };
    const [a, b] = [points[next - 1]!, points[next]!];
    return mixPoints(a, b, (x - a.x) / (b.x - a.x));
  };
  return [at(lo), ...points.filter(({ x }) => x > lo && x < hi), at(hi)];
}

/**
 * VTK's opacity is piecewise linear, Ψ's extinction is: σ = −ln(1 − opacity)/U. Its bends between VTK's points are followed by
 * knots in equal steps of opacity, as many in each segment as make the largest error least.
 */
function knotsOf({ points, unitDistance }: Scene, [lo, hi]: readonly [number, number]) {
  const nodes = cut(points, lo, hi);
  const pieces = nodes.slice(1).map(() => 1);
  const error = (i: number) => {
    const [a, b] = [nodes[i]!.opacity, nodes[i + 1]!.opacity];
    return ((b - a) / pieces[i]! / (1 - Math.max(a, b))) ** 2;
  };
  for (let free = KNOTS - nodes.length; free > 0; free--) {
    const worst = pieces.reduce((most, _, i) => (error(i) > error(most) ? i : most), 0);
    pieces[worst]!++;
  }
  const dense = pieces.flatMap((count, i) =>
    Array.from({ length: count }, (_, k) => mixPoints(nodes[i]!, nodes[i + 1]!, k / count)),
  );
  return [...dense, nodes.at(-1)!].map(({ x, color, opacity }) => ({
    x: Math.min(1, Math.max(0, (x - lo) / (hi - lo))),
    color,
    extinction: -Math.log1p(-opacity) / unitDistance,
  }));
}

/** The parts of Ψ that fix where and how VTK looks: its camera, its box between the outer voxel centres, no encoding. */
function view({ camera }: Scene, cube: Cube, steps: number) {
  const clip = { min: cube.shape.map((n) => 0.5 / n), max: cube.shape.map((n) => 1 - 0.5 / n) };
  return { camera: { ...camera }, clip, sampling: { steps } };
}

/**
 * The Ψ whose picture is VTK's. VTK's headlight shines in the camera's direction at every pixel, so
 * it is Ψ's key light from behind the camera; Ψ's headlight shines along each pixel's ray.
 */
export function equivalentPsi(scene: Scene, cube: Cube, shading: Shading): Psi {
  const { ambient, diffuse, specular, power } = scene.shading;
  return parsePsi({
    version: PSI_VERSION,
    channels: [{ knots: knotsOf(scene, cube.channels[0]!.range) }],
    background: { top: scene.background, bottom: scene.background },
    tone: { encoding: 'none' },
    ...(shading === 'every-slope' && { surface: { length: SCALARS['surface.length'].bounds[1] } }),
    ...(shading !== 'unshaded' && {
      shading: { ambient, diffuse, specular, shininess: power },
      lights: { key: { azimuth: 0, elevation: 0, intensity: 1 }, headlight: { intensity: 0 } },
    }),
    ...view(scene, cube, stepsLikeVtk(cube)),
  });
}

/** The default Ψ, seen as VTK sees it: where a fit to VTK's picture begins. */
export function startingPsi(scene: Scene, cube: Cube, steps: number): Psi {
  return parsePsi({ ...defaultPsi(cube), tone: { encoding: 'none' }, ...view(scene, cube, steps) });
}
