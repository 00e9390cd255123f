/** A solid in the box [-1, 1]³: its signed distance, negative inside and exact to first order near the surface. */
export interface Shape {
  /** A box that holds it. */
  low: readonly number[];
  high: readonly number[];
  distance(x: number, y: number, z: number): number;
}

type Vector = readonly number[];

function bounds(centre: Vector, reach: Vector): Pick<Shape, 'low' | 'high'> {
  return { low: centre.map((c, i) => c - reach[i]!), high: centre.map((c, i) => c + reach[i]!) };
}

export function ellipsoid(centre: Vector, radii: Vector): Shape {
  return superellipsoid(centre, radii, 2);
}

/** Σ |pᵢ/rᵢ|ⁿ ≤ 1: an ellipsoid for n = 2, a rounded box for larger n. */
export function superellipsoid(centre: Vector, radii: Vector, power: number): Shape {
  const [cx, cy, cz] = centre as [number, number, number];
  const [rx, ry, rz] = radii as [number, number, number];
  return {
    ...bounds(centre, radii),
    distance(x, y, z) {
      const [a, b, c] = [Math.abs(x - cx) / rx, Math.abs(y - cy) / ry, Math.abs(z - cz) / rz];
      const f = (a ** power + b ** power + c ** power) ** (1 / power);
      if (f < 1e-6) return -Math.min(rx, ry, rz);
      // f − 1 over the length of f's gradient.
      const scale = f ** (1 - power);
      const gradient = Math.hypot(
        (a ** (power - 1) / rx) * scale,
        (b ** (power - 1) / ry) * scale,
        (c ** (power - 1) / rz) * scale,
      );
      return (f - 1) / gradient;
    },
  };
}

/** A rod with round ends. */
export function capsule(from: Vector, to: Vector, radius: number): Shape {
  const [ax, ay, az] = from as [number, number, number];
  const [dx, dy, dz] = [to[0]! - ax, to[1]! - ay, to[2]! - az];
  const square = dx * dx + dy * dy + dz * dz;
  return {
    low: from.map((c, i) => Math.min(c, to[i]!) - radius),
    high: from.map((c, i) => Math.max(c, to[i]!) + radius),
    distance(x, y, z) {
      const [px, py, pz] = [x - ax, y - ay, z - az];
      const t = Math.min(1, Math.max(0, (px * dx + py * dy + pz * dz) / square));
      return Math.hypot(px - t * dx, py - t * dy, pz - t * dz) - radius;
    },
  };
}

/** A box with edges rounded off by `rounding`. */
export function box(centre: Vector, half: Vector, rounding: number): Shape {
  return {
    ...bounds(centre, half),
    distance(x, y, z) {
      const q = [x, y, z].map((p, i) => Math.abs(p - centre[i]!) - half[i]! + rounding);
      const outside = Math.hypot(...q.map((d) => Math.max(d, 0)));
      return outside + Math.min(Math.max(...q), 0) - rounding;
    },
  };
}

/**
 * A tube around an ellipse in the x, y plane that is sheared along z by `slope` per y, as ribs slope down to the front; what
 * lies in front of y = `open` is left out.
 */
export function tiltedRing(centre: Vector, radii: Vector, slope: number, thickness: number, open: number): Shape {
  const [cx, cy, cz] = centre as [number, number, number];
  const [rx, ry] = radii as [number, number];
  return {
    ...bounds(centre, [rx + thickness, ry + thickness, slope * (ry + thickness) + thickness * 2]),
    distance(x, y, z) {
      const [px, py] = [x - cx, y - cy];
      const f = Math.hypot(px / rx, py / ry);
      const across = f < 1e-6 ? -Math.min(rx, ry) : (f * (f - 1)) / Math.hypot(px / (rx * rx), py / (ry * ry));
      const tube = Math.hypot(across, (z - cz - slope * py) * 0.75) - thickness;
      return Math.max(tube, open - y);
    },
  };
}

/** The outermost layer of a shape. */
export function shell(shape: Shape, thickness: number): Shape {
  return {
    low: shape.low,
    high: shape.high,
    distance(x, y, z) {
      const d = shape.distance(x, y, z);
      return Math.max(d, -d - thickness);
    },
  };
}
