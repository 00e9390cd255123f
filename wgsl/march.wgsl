// Steps along a ray from sample to sample, over what is empty: the volume's bricks that don't matter.

#import "brick.wgsl"

// A ray in the volume's grid: sample k is at start + k·pace.
struct March {
  start: vec3f,
  pace: vec3f,
  // 1/pace, and how far from a brick's lower faces those are that a ray leaves it by.
  inverse_pace: vec3f,
  face_ahead: vec3f,
  // Of the volume: the last voxel, the last that is a lower corner, strides.
  last: vec3f,
  most: vec3i,
  pitch: vec3i,
  stride: vec3u,
  // Voxels a world unit, and whether the nearest is taken.
  scale: vec3f,
  nearest: bool,
}

// How far from a brick's face, in samples, rounding may put a sample on its other side.
const FACE = 0.01;

fn march_of(ray: Ray, pixel: vec2u) -> March {
  let last = vec3f(view.shape - 1u);
  let nearest = select(0.0, 0.5, view.nearest != 0u);
  let entry = ray.origin + ray.direction * (ray.entry + ray.offset * ray.step);
  let pitch = vec3u(1u, view.shape.x, view.shape.x * view.shape.y);
  let pace = ray.direction * ray.step * view.voxels_per_unit;
  let still = abs(pace) < vec3f(1e-9);
  return March(
    entry * view.voxels_per_unit + 0.5 * last + nearest,
    pace,
    select(1.0 / select(pace, vec3f(1.0), still), vec3f(1e30), still),
    select(vec3f(0.0), vec3f(f32(BRICK)), (pace >= vec3f(0.0)) | still),
    last,
    vec3i(max(view.shape, vec3u(2u))) - 2,
    vec3i(pitch),
    select(vec3u(0u), pitch, view.shape > vec3u(1u)),
    view.voxels_per_unit,
    view.nearest != 0u);
}

// The brick about a sample.
fn brick_at(march: March, k: u32) -> vec3u {
  let grid = march.start + f32(k) * march.pace;
  // By way of i32, which processors have an instruction for.
  return vec3u(vec3i(clamp(grid, vec3f(0.0), march.last))) / BRICK;
}

// Samples, counted from the ray's first, at which it passes a brick's faces. Before the outer voxel centres and beyond them it
// has no faces: there a ray goes on sample by sample.
fn passes_ahead(march: March, brick: vec3u) -> f32 {
  let samples = (vec3f(brick * BRICK) + march.face_ahead - march.start) * march.inverse_pace;
  return min(samples.x, min(samples.y, samples.z));
}

fn passes_behind(march: March, brick: vec3u) -> f32 {
  let samples = (vec3f(brick * BRICK) + (f32(BRICK) - march.face_ahead) - march.start) * march.inverse_pace;
  return max(samples.x, max(samples.y, samples.z));
}

// Of the brick that matters and that the ray is in: the first sample beyond it, in the direction of the walk.
var<private> brick_left: u32;

// k, or where it is in a brick that doesn't matter, the first sample beyond that, `end` at the most. Forgets bricks at k = 0.
fn next_sample(march: March, k: u32, end: u32) -> u32 {
  if (is_dense || (k != 0u && k < brick_left)) {
    return k;
  }
  let brick = brick_at(march, k);
  let beyond = max(k + 1u, u32(i32(clamp(ceil(passes_ahead(march, brick) - FACE), 0.0, f32(end)))));
  brick_left = beyond;
  return select(beyond, k, bricks[brick_index(brick)] != 0u);
}

// k, or where sample k − 1 is in a brick that doesn't matter, one more than the last sample before that. Forgets at k = end.
fn last_sample(march: March, k: u32, end: u32) -> u32 {
  if (is_dense || (k != end && k > brick_left)) {
    return k;
  }
  let brick = brick_at(march, k - 1u);
  let before = min(k - 1u, u32(i32(clamp(floor(passes_behind(march, brick) + FACE) + 1.0, 0.0, f32(end)))));
  brick_left = before;
  return select(before, k, bricks[brick_index(brick)] != 0u);
}

// A cell by its lower corner, which is no outer voxel but on an axis of one voxel: then its upper corner is there everywhere.
struct Corner {
  lower: u32,
  stride: vec3u,
  place: vec3f,
}

fn corner_at(march: March, ray: Ray, k: u32) -> Corner {
  // As the simple kernels reckon it, to the bit.
  let grid = clamp(fma(ray_point(ray, k), march.scale, 0.5 * march.last), vec3f(0.0), march.last);
  let lower = min(vec3i(grid), march.most);
  var place = grid - vec3f(lower);
  if (march.nearest) {
    place = round_half_up(place);
  }
  return Corner(u32(lower.x + lower.y * march.pitch.y + lower.z * march.pitch.z), march.stride, place);
}

fn round_half_up(x: vec3f) -> vec3f {
  return floor(x + 0.5);
}

fn intensity_at(corner: Corner, channel: u32) -> f32 {
  let i = view.channel_start[channel] + corner.lower;
  let stride = corner.stride;
  let corners = Corners(four_voxels(i, stride.y, stride.z), four_voxels(i + stride.x, stride.y, stride.z));
  return view.channel_scale[channel] * interpolate(corners, corner.place);
}
