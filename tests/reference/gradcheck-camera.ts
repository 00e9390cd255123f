/** The cameras of the gradient check's scenes. */
import { type Cube, worldExtent } from '../../cubes/cube.js';
import type { Size } from '../../engine/frame.js';
import type { Psi } from '../../engine/psi.js';
import type { Random } from '../../random.js';
import { clippedBox } from './box.js';
import { add, cameraFrame, pixelRay, scale, type Vec3 } from './camera.js';

/** Where the eye is. */
export const CAMERAS = ['perspective', 'orthographic', 'inside', 'axis-parallel'] as const;
export type CameraKind = (typeof CAMERAS)[number];

export function drawCamera(kind: CameraKind, cube: Cube, random: Random): Psi['camera'] {
  const extent = worldExtent(cube);
  // Off the centre, about which a grid is symmetric: there rays would run along the faces of voxels.
  const target = extent.map((side) => side * random.between(-0.15, 0.15)) as [number, number, number];
  const orbit = {
    azimuth: random.between(-180, 180),
    elevation: random.between(-80, 80),
    roll: random.between(-180, 180),
    distance: random.between(1, 2.5),
    fov: random.between(25, 60),
    target,
  };
  switch (kind) {
    case 'perspective':
      return orbit;
    case 'orthographic':
      return { ...orbit, fov: 0 };
    case 'inside':
      return { ...orbit, distance: random.between(0.1, 0.3) * Math.min(...extent), fov: random.between(40, 100) };
    case 'axis-parallel': {
      const elevation = 90 * (random.index(3) - 1);
      return { ...orbit, azimuth: 90 * random.index(4), elevation, roll: 90 * random.index(4), fov: 0 };
    }
  }
}

export function drawClip(random: Random): Psi['clip'] {
  const low = () => random.between(0, 0.35);
  const high = () => random.between(0.65, 1);
  return { min: [low(), low(), low()], max: [high(), high(), high()] };
}

/** How far within the box a ray passes that grazes its edge, in world units. */
const GRAZE = [1e-3, 1e-2] as const;

/** The camera moved aside so that one of the rays cuts off an edge of the box: it comes in close to where it leaves. */
export function grazingCamera({ camera, clip }: Psi, cube: Cube, size: Size, random: Random): Psi['camera'] {
  const middle = (pixels: number) => Math.floor(pixels * random.between(0.25, 0.75));
  const { origin, direction } = pixelRay(cameraFrame(camera), middle(size.width), middle(size.height), size);
  const box = clippedBox(worldExtent(cube), clip);
  const along = random.index(3);
  const [out, into] = [(along + 1) % 3, (along + 2) % 3];
  const depth = random.between(...GRAZE);
  // Beside the edge between the face that a ray of this direction leaves by and one that it enters by.
  const place = box.min.map((low, axis) => {
    const high = box.max[axis]!;
    if (axis === along) return low + random.between(0.2, 0.8) * (high - low);
    const atHigh = direction[axis]! > 0 === (axis === out);
    return atHigh ? high - depth : low + depth;
  }) as unknown as Vec3;
  if (direction[out] === 0 || direction[into] === 0) throw new Error('grazingCamera: expected a ray along no axis');
  const passed = add(origin, scale(camera.distance, direction));
  const target = add(camera.target, add(place, scale(-1, passed)));
  return { ...camera, target: [...target] };
}
