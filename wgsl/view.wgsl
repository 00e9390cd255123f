// What a frame is taken of and from where: picture, camera, box, volume. Ray and box as in image-formation.md.

#import "psi.wgsl"

// The camera's frame and the clipped box, in world units; all of it f32, for the adjoint's sake.
struct Pose {
  // The middle ray's origin: the eye, or the middle of an orthographic picture, moved forward by View.reach.
  origin: array<f32, 3>,
  right: array<f32, 3>,
  up: array<f32, 3>,
  forward: array<f32, 3>,
  // Half the picture's height on the plane at distance 1 (world units when orthographic).
  half_height: f32,
  box_min: array<f32, 3>,
  box_max: array<f32, 3>,
}

struct View {
  pose: Pose,
  // How far before the origin the eye is (or the picture's plane when orthographic). World units.
  reach: f32,
  // Picture, in pixels, and its width over its height.
  width: u32,
  height: u32,
  aspect: f32,
  // Samples on every ray.
  steps: u32,
  orthographic: u32,
  jitter: u32,
  nearest: u32,
  srgb: u32,
  // Voxels along each axis, and voxels a world unit.
  shape: vec3u,
  voxels_per_unit: vec3f,
  // Where each enabled channel's voxels begin in the volume, and what makes an intensity of a stored voxel.
  channel_start: array<u32, CHANNELS>,
  channel_scale: array<f32, CHANNELS>,
}

struct Ray {
  origin: vec3f,
  direction: vec3f,
  // Entry into the box, from the origin, and length of a step; a step of 0 is a miss.
  entry: f32,
  step: f32,
  // Where in its step each sample lies.
  offset: f32,
}

// A pixel's place in the picture, in half heights from its middle to the right and up.
fn picture_place(pixel: vec2u) -> vec2f {
  let ndc = (vec2f(pixel) + 0.5) / vec2f(f32(view.width), f32(view.height)) * 2.0 - 1.0;
  return vec2f(ndc.x * view.aspect, -ndc.y);
}

// From the picture's middle to a pixel.
fn picture_offset(pixel: vec2u) -> vec3f {
  let place = picture_place(pixel) * view.pose.half_height;
  return place.x * vec3_of(view.pose.right) + place.y * vec3_of(view.pose.up);
}

// Distances along a ray to where it enters and leaves each slab, and to the eye.
struct Slabs {
  near: vec3f,
  far: vec3f,
  eye: f32,
}

// How far beyond the planes of a slab a ray in its plane counts as within: what rounding may do to it.
const ON_PLANE = 1e-7;

// A ray is parallel to the slabs of these axes, and within such a slab all along or nowhere.
fn parallel_axes(direction: vec3f) -> vec3<bool> {
  return abs(direction) < vec3f(1e-12);
}

fn slabs_of(ray: Ray, pixel: vec2u) -> Slabs {
  let box_min = vec3_of(view.pose.box_min);
  let box_max = vec3_of(view.pose.box_max);
  let inside = (ray.origin >= box_min - ON_PLANE) & (ray.origin <= box_max + ON_PLANE);
  let reach = select(vec3f(-1e30), vec3f(1e30), inside);
  let parallel = parallel_axes(ray.direction);
  let d = select(ray.direction, vec3f(1.0), parallel);
  let to_min = (box_min - ray.origin) / d;
  let to_max = (box_max - ray.origin) / d;
  var eye = -view.reach;
  if (view.orthographic == 0u) {
    eye *= length(vec3_of(view.pose.forward) + picture_offset(pixel));
  }
  return Slabs(select(min(to_min, to_max), -reach, parallel), select(max(to_min, to_max), reach, parallel), eye);
}

fn entry_of(slabs: Slabs) -> f32 {
  return max(max(slabs.near.x, slabs.near.y), max(slabs.near.z, slabs.eye));
}

fn exit_of(slabs: Slabs) -> f32 {
  return min(slabs.far.x, min(slabs.far.y, slabs.far.z));
}

fn camera_ray(pixel: vec2u) -> Ray {
  let offset = picture_offset(pixel);
  let forward = vec3_of(view.pose.forward);
  var ray: Ray;
  if (view.orthographic != 0u) {
    ray.origin = vec3_of(view.pose.origin) + offset;
    ray.direction = forward;
  } else {
    ray.origin = vec3_of(view.pose.origin) + view.reach * offset;
    ray.direction = normalize(forward + offset);
  }
  let slabs = slabs_of(ray, pixel);
  ray.entry = entry_of(slabs);
  ray.step = max(exit_of(slabs) - ray.entry, 0.0) / f32(view.steps);
  ray.offset = select(0.5, jitter_of(pixel.x + view.width * pixel.y), view.jitter != 0u);
  return ray;
}

// A hash (PCG) of the pixel's index, in [0, 1).
fn jitter_of(index: u32) -> f32 {
  let state = index * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return f32(((word >> 22u) ^ word) >> 8u) * 0x1p-24;
}

fn ray_point(ray: Ray, sample: u32) -> vec3f {
  return ray.origin + ray.direction * (ray.entry + (f32(sample) + ray.offset) * ray.step);
}
