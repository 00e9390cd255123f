// Intensities by the trilinear interpolant between voxel centres, clamped at the border. Interpolated here and not by a
// sampler: samplers weigh with 8 bits, which is far too coarse for gradients.

struct Cell {
  // Voxel indices of the lower corner, and the strides to the upper one (0 at the border).
  lower: u32,
  stride: vec3u,
  // Place within the cell, 0 … 1.
  place: vec3f,
}

fn cell_at(point: vec3f) -> Cell {
  let last = vec3f(view.shape - 1u);
  let grid = clamp(fma(point, view.voxels_per_unit, 0.5 * last), vec3f(0.0), last);
  var lower = vec3u(grid);
  var place = grid - vec3f(lower);
  if (view.nearest != 0u) {
    lower = vec3u(grid + 0.5);
    place = vec3f(0.0);
  }
  let row = view.shape.x;
  let slice = view.shape.x * view.shape.y;
  var cell: Cell;
  cell.lower = lower.x + lower.y * row + lower.z * slice;
  cell.stride = select(vec3u(0u), vec3u(1u, row, slice), lower + 1u < view.shape);
  cell.place = place;
  return cell;
}

fn intensity(cell: Cell, channel_start: u32) -> f32 {
  let i = channel_start + cell.lower;
  let x = cell.stride.x;
  let y = cell.stride.y;
  let z = cell.stride.z;
  let near = mix(
    mix(volume[i], volume[i + x], cell.place.x),
    mix(volume[i + y], volume[i + x + y], cell.place.x),
    cell.place.y);
  let far = mix(
    mix(volume[i + z], volume[i + x + z], cell.place.x),
    mix(volume[i + y + z], volume[i + x + y + z], cell.place.x),
    cell.place.y);
  return mix(near, far, cell.place.z);
}
