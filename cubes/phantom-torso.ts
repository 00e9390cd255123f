import type { Random } from '../random.js';
import { box, capsule, ellipsoid, type Shape, shell, superellipsoid, tiltedRing } from './phantom-shapes.js';

/** A structure of the torso; a later one replaces what it covers. Several may share a name. */
export interface Structure extends Shape {
  name: string;
  /** Hounsfield units. */
  hu: number;
}

/**
 * The torso's structures in painting order, in a box of [-1, 1] along x (left), y (back) and z (head). The seed moves and
 * scales the organs a little, and grows the vessels of the lungs.
 */
export function torso(random: Random): Structure[] {
  const vary = (value: number, share = 0.06) => value * random.between(1 - share, 1 + share);
  const paint = (name: string, hu: number, ...shapes: Shape[]): Structure[] =>
    shapes.map((shape) => ({ ...shape, name, hu }));
  const girth = random.between(0.94, 1.03);
  const body = (inset: number) =>
    superellipsoid([0, 0, 0], [0.86 * girth - inset, 0.58 * girth - inset, 0.95 - inset], 3);
  const lungs = [-1, 1].map((side) => ({
    side,
    centre: [side * 0.4, -0.02, 0.3],
    radii: [vary(0.27), 0.36, vary(0.46)],
  }));
  return [
    ...paint('fat', -95, body(0)),
    ...paint('skin', 35, shell(body(0), 0.022)),
    ...paint('muscle', 50, body(0.075)),
    ...paint('abdominal fat', -105, ellipsoid([0, -0.06, -0.5], [0.6, 0.34, 0.36])),
    ...paint('lung', -860, ...lungs.map(({ centre, radii }) => ellipsoid(centre, radii))),
    ...lungs.flatMap(({ side, centre }) => paint('lung vessel', 40, ...vesselTree(random, side, centre))),
    ...paint('liver', 68, ellipsoid([-0.33, -0.02, -0.26], [vary(0.34), vary(0.36), vary(0.24)])),
    ...paint('spleen', 52, ellipsoid([0.5, 0.16, -0.22], [vary(0.14), vary(0.2), vary(0.2)])),
    ...paint('stomach', 25, ellipsoid([0.3, -0.16, -0.24], [vary(0.22), vary(0.2), vary(0.2)])),
    ...paint('stomach air', -1000, ellipsoid([0.3, -0.25, -0.2], [0.13, 0.07, 0.11])),
    ...[-1, 1].flatMap((side) => [
      ...paint('kidney', 130, ellipsoid([side * 0.34, 0.26, -0.52], [vary(0.1), vary(0.1), vary(0.19)])),
      ...paint('renal pelvis', 10, ellipsoid([side * 0.27, 0.25, -0.52], [0.045, 0.05, 0.09])),
    ]),
    ...paint('heart', 110, ellipsoid([0.1, -0.16, 0.14], [vary(0.23), vary(0.21), vary(0.24)])),
    ...paint('aorta', 320, capsule([0.07, 0.2, -0.85], [0.07, 0.2, 0.42], 0.06), ...aorticArch()),
    ...paint('trachea', -1000, capsule([0, 0.03, 0.5], [0, 0, 0.98], 0.045)),
    ...spine(paint),
    ...ribs(paint),
    ...paint('cortical bone', 950, shell(box([0, -0.465, 0.36], [0.085, 0.028, 0.3], 0.02), 0.02)),
    ...paint('insert', 2400, ...inserts(random)),
  ];
}

/** The arch from the heart up and back to the descending aorta, as a chain of rods along a half circle. */
function aorticArch(): Shape[] {
  const at = (t: number) => [0.07, 0.2 - 0.13 * (1 - Math.cos(t)), 0.42 + 0.13 * Math.sin(t)];
  return Array.from({ length: 8 }, (_, i) => capsule(at((i * Math.PI) / 8), at(((i + 1) * Math.PI) / 8), 0.06));
}

type Paint = (name: string, hu: number, ...shapes: Shape[]) => Structure[];

/** Vertebrae: marrow in a hard shell, with discs between them, and the arch that shields the canal behind. */
function spine(paint: Paint): Structure[] {
  const levels = Array.from({ length: 11 }, (_, i) => -0.85 + 0.17 * i);
  return levels.flatMap((z) => {
    const vertebra = superellipsoid([0, 0.33, z], [0.125, 0.1, 0.068], 4);
    return [
      ...paint('disc', 80, capsule([0, 0.33, z], [0, 0.33, z + 0.085], 0.09)),
      ...paint('marrow', 280, vertebra),
      ...paint('cortical bone', 950, shell(vertebra, 0.024)),
      ...paint('cortical bone', 800, capsule([0, 0.47, z], [0, 0.535, z - 0.06], 0.026)),
      ...[-1, 1].flatMap((side) =>
        paint(
          'cortical bone',
          800,
          capsule([side * 0.07, 0.4, z], [0, 0.475, z], 0.024),
          capsule([side * 0.07, 0.41, z], [side * 0.17, 0.44, z + 0.01], 0.022),
        ),
      ),
    ];
  });
}

/** Rings that slope down to the front; the lower ones are open there. */
function ribs(paint: Paint): Structure[] {
  return Array.from({ length: 9 }, (_, i) => i).flatMap((i) => {
    const z = 0.74 - 0.135 * i;
    const width = 0.6 + 0.13 * Math.sin(Math.min(1, (i + 1) / 5) * 0.5 * Math.PI);
    const rib = tiltedRing([0, -0.04, z], [width, 0.44], 0.36, 0.027, i < 6 ? -0.445 : -0.445 + 0.11 * (i - 4));
    return [...paint('marrow', 300, rib), ...paint('cortical bone', 900, shell(rib, 0.014))];
  });
}

/** Three generations of branches from the hilum outwards, thinner each time. */
function vesselTree(random: Random, side: number, centre: readonly number[]): Shape[] {
  const shapes: Shape[] = [];
  const grow = (from: number[], direction: number[], length: number, radius: number, generation: number) => {
    const norm = Math.hypot(...direction);
    const to = from.map((c, axis) => c + (length * direction[axis]!) / norm);
    shapes.push(capsule(from, to, radius));
    if (generation === 3) return;
    for (let branch = 0; branch < 3; branch++) {
      const turned = direction.map((c) => c / norm + random.between(-0.85, 0.85));
      grow(to, turned, length * 0.68, radius * 0.72, generation + 1);
    }
  };
  for (let branch = 0; branch < 4; branch++) {
    const hilum = [side * 0.17, centre[1]!, centre[2]! - 0.05];
    grow(hilum, [side, random.between(-0.7, 0.7), random.between(-1, 1)], 0.13, 0.017, 1);
  }
  return shapes;
}

/** Spheres of metal or calcium: one in the liver, one at a kidney, one under the skin. */
function inserts(random: Random): Shape[] {
  const places = [
    [-0.35, -0.05, -0.22],
    [0.3, 0.24, -0.5],
    [0.02, -0.48, -0.3],
  ];
  return places.map((place) => {
    const centre = place.map((c) => c + random.between(-0.04, 0.04));
    return ellipsoid(centre, [0.035, 0.035, 0.035]);
  });
}
