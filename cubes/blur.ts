/**
 * Blurs a volume with a separable Gaussian, in place; beyond the border the nearest voxel repeats.
 *
 * @param values nx·ny·nz numbers, x fastest.
 * @param sigma standard deviation along x, y and z in voxels; 0 leaves an axis alone.
 */
export function gaussianBlur(
  values: Float32Array,
  shape: readonly [number, number, number],
  sigma: readonly [number, number, number],
): void {
  const strides = [1, shape[0], shape[0] * shape[1]];
  for (let axis = 0; axis < 3; axis++) {
    if (sigma[axis]! > 0) blurAxis(values, shape[axis]!, strides[axis]!, gaussianKernel(sigma[axis]!));
  }
}

/** The right half of a kernel of sum 1, cut at three standard deviations. */
function gaussianKernel(sigma: number): Float64Array {
  const half = Float64Array.from({ length: Math.ceil(3 * sigma) + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2));
  const sum = half.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0);
  return half.map((weight) => weight / sum);
}

function blurAxis(values: Float32Array, length: number, stride: number, half: Float64Array): void {
  const radius = half.length - 1;
  const line = new Float64Array(length + 2 * radius);
  const lines = values.length / length;
  for (let n = 0; n < lines; n++) {
    const start = Math.floor(n / stride) * stride * length + (n % stride);
    for (let i = 0; i < line.length; i++) {
      line[i] = values[start + Math.min(length - 1, Math.max(0, i - radius)) * stride]!;
    }
    for (let i = 0; i < length; i++) {
      let sum = half[0]! * line[i + radius]!;
      for (let k = 1; k <= radius; k++) sum += half[k]! * (line[i + radius - k]! + line[i + radius + k]!);
      values[start + i * stride] = sum;
    }
  }
}
