// Intensities by the trilinear interpolant between voxel centres, clamped at the border. Interpolated here and not by a
// sampler: samplers weigh with 8 bits, which is far too coarse for gradients.

struct Cell {
  // Index of the voxel at the lower corner, and the strides to the upper one (0 at the border).
  lower: u32,
  stride: vec3u,
#if SURFACE
  // From the lower corner to the voxel before it and to the one after the upper corner.
  back: vec3u,
  ahead: vec3u,
#endif
  // Place within the cell, 0 … 1.
  place: vec3f,
#if POSE
  // Voxels that the place moves by a world unit: none beyond the outer voxel centres, where it is clamped.
  rate: vec3f,
#endif
}

fn cell_at(point: vec3f) -> Cell {
  let last = vec3f(view.shape - 1u);
  let unclamped = fma(point, view.voxels_per_unit, 0.5 * last);
  let grid = clamp(unclamped, vec3f(0.0), last);
  var lower = vec3u(grid);
  var place = grid - vec3f(lower);
  if (view.nearest != 0u) {
    lower = vec3u(grid + 0.5);
    place = vec3f(0.0);
  }
  let pitch = vec3u(1u, view.shape.x, view.shape.x * view.shape.y);
  var cell: Cell;
  cell.lower = lower.x + lower.y * pitch.y + lower.z * pitch.z;
  cell.stride = select(vec3u(0u), pitch, lower + 1u < view.shape);
#if SURFACE
  cell.back = select(vec3u(0u), pitch, lower > vec3u(0u));
  cell.ahead = cell.stride + select(vec3u(0u), pitch, lower + 2u < view.shape);
#endif
  cell.place = place;
#if POSE
  let moves = (grid == unclamped) & (lower + 1u < view.shape) & vec3<bool>(view.nearest == 0u);
  cell.rate = select(vec3f(0.0), view.voxels_per_unit, moves);
#endif
  return cell;
}

// A voxel as it is stored. By way of i32, which processors have an instruction for.
fn voxel(i: u32) -> f32 {
#if UNORM8
  return f32(i32((volume[i >> 2u] >> ((i & 3u) * 8u)) & 0xffu));
#endif
#if UNORM16
  return f32(i32((volume[i >> 1u] >> ((i & 1u) * 16u)) & 0xffffu));
#endif
#if FLOAT32
  return bitcast<f32>(volume[i]);
#endif
}

// Four voxels: at i, one stride on, the other stride on, both.
fn four_voxels(i: u32, stride: u32, other: u32) -> vec4f {
  return vec4f(voxel(i), voxel(i + stride), voxel(i + other), voxel(i + stride + other));
}

// A field at a cell's corners, voxels as they are stored or their slopes: on the face of lower x and on that of upper x, each
// at (y, z) lower lower, upper lower, lower upper, upper upper.
struct Corners {
  lower: vec4f,
  upper: vec4f,
}

fn corners_of(cell: Cell, channel: u32) -> Corners {
  let i = view.channel_start[channel] + cell.lower;
  return Corners(
    four_voxels(i, cell.stride.y, cell.stride.z),
    four_voxels(i + cell.stride.x, cell.stride.y, cell.stride.z));
}

// The trilinear interpolant, by differences: where all corners are the same it is that, to the last bit.
fn interpolate(field: Corners, place: vec3f) -> f32 {
  let face = field.lower + place.x * (field.upper - field.lower);
  let edge = face.xz + place.y * (face.yw - face.xz);
  return edge.x + place.z * (edge.y - edge.x);
}

#if POSE
// The interpolant's derivative, per world unit.
fn derivative(field: Corners, cell: Cell) -> vec3f {
  let rise = field.upper - field.lower;
  let face = field.lower + cell.place.x * rise;
  let along_x = rise.xz + cell.place.y * (rise.yw - rise.xz);
  let along_y = face.yw - face.xz;
  let edge = face.xz + cell.place.y * along_y;
  return cell.rate * vec3f(
    along_x.x + cell.place.z * (along_x.y - along_x.x),
    along_y.x + cell.place.z * (along_y.y - along_y.x),
    edge.y - edge.x);
}
#endif

#if SURFACE
// The central differences of intensities at a cell's corners, per world unit, one field an axis.
struct Slopes {
  x: Corners,
  y: Corners,
  z: Corners,
}

fn slopes_of(cell: Cell, channel: u32, at: Corners) -> Slopes {
  let i = view.channel_start[channel] + cell.lower;
  let stride = cell.stride;
  // The voxels about the cell: on each side of it four.
  let x_back = four_voxels(i - cell.back.x, stride.y, stride.z);
  let x_ahead = four_voxels(i + cell.ahead.x, stride.y, stride.z);
  let y_back = four_voxels(i - cell.back.y, stride.x, stride.z);
  let y_ahead = four_voxels(i + cell.ahead.y, stride.x, stride.z);
  let z_back = four_voxels(i - cell.back.z, stride.x, stride.y);
  let z_ahead = four_voxels(i + cell.ahead.z, stride.x, stride.y);
  let half = 0.5 * view.channel_scale[channel] * view.voxels_per_unit;
  return Slopes(
    Corners(half.x * (at.upper - x_back), half.x * (x_ahead - at.lower)),
    Corners(
      half.y * vec4f(at.lower.y - y_back.x, y_ahead.x - at.lower.x, at.lower.w - y_back.z, y_ahead.z - at.lower.z),
      half.y * vec4f(at.upper.y - y_back.y, y_ahead.y - at.upper.x, at.upper.w - y_back.w, y_ahead.w - at.upper.z)),
    Corners(
      half.z * vec4f(at.lower.z - z_back.x, at.lower.w - z_back.z, z_ahead.x - at.lower.x, z_ahead.z - at.lower.y),
      half.z * vec4f(at.upper.z - z_back.y, at.upper.w - z_back.w, z_ahead.y - at.upper.x, z_ahead.w - at.upper.y)));
}

fn slope_at(slopes: Slopes, place: vec3f) -> vec3f {
  return vec3f(interpolate(slopes.x, place), interpolate(slopes.y, place), interpolate(slopes.z, place));
}

#if POSE
// The derivative of weight·∇v.
fn slope_derivative(slopes: Slopes, weight: vec3f, cell: Cell) -> vec3f {
  let field = Corners(
    weight.x * slopes.x.lower + weight.y * slopes.y.lower + weight.z * slopes.z.lower,
    weight.x * slopes.x.upper + weight.y * slopes.y.upper + weight.z * slopes.z.upper);
  return derivative(field, cell);
}
#endif
#endif
