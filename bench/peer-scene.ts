import type { Cube } from '../cubes/index.js';
import type { Picture } from '../engine/picture.js';
import { type Psi, parsePsi } from '../engine/psi.js';

/**
 * The scene that the peer programs hard-code: a wavy ball in 128³ voxels, 64 knots, one perspective camera. It is symmetric
 * in x, y and z, so their +y up is this project's +z up.
 */
export function peerCube(n: number): Cube {
  const q = Float64Array.from({ length: n }, (_, i) => ((i + 0.5) / n) * 6 - 3);
  const samples = new Float32Array(n ** 3);
  let at = 0;
  for (const z of q) {
    for (const y of q) {
      for (const x of q) {
        const waves = 0.7 + 0.3 * Math.sin(5 * x) * Math.sin(5 * y) * Math.sin(5 * z);
        samples[at++] = Math.exp(-(x * x + y * y + z * z) / 3) * waves;
      }
    }
  }
  const channels = [{ name: 'ball', samples, range: [0, 1] as const }];
  return { shape: [n, n, n], spacing: [1, 1, 1], unit: 'voxel', channels, source: 'the peers’ scene', notes: [] };
}

export function peerPsi(steps: number): Psi {
  const knots = Array.from({ length: 64 }, (_, i) => {
    const t = i / 63;
    return { x: t, color: [t, 0.5 + 0.5 * Math.sin(6 * t), 1 - t], extinction: t < 0.1 ? 0 : 8 * t };
  });
  return parsePsi({
    version: 1,
    channels: [{ knots }],
    camera: { azimuth: 30, elevation: 20, distance: 2, fov: 40 },
    sampling: { steps },
  });
}

const decode = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const encodingSlope = (light: number) => (light <= 0.0031308 ? 12.92 : (1.055 / 2.4) * light ** (1 / 2.4 - 1));

/**
 * The peers' loss is linear in light, ours sees the display's values: their weights divided by the slope of the encoding
 * give the same gradient with respect to the transfer function.
 *
 * @returns the upstream gradient, and the mean of each channel in light (r, g, b, T).
 */
export function peerLoss({ width, data }: Picture): { upstream: Float32Array; mean: number[] } {
  const upstream = new Float32Array(data.length);
  const mean = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const channel = i % 4;
    const row = Math.floor(i / 4 / width);
    const column = (i >> 2) % width;
    const weight = Math.sin(0.37 * row + 0.73 * column + 1.1 * channel);
    const light = channel === 3 ? data[i]! : decode(data[i]!);
    upstream[i] = channel === 3 ? weight : weight / encodingSlope(light);
    mean[channel]! += light / (data.length / 4);
  }
  return { upstream, mean };
}
