// What a frame is taken of and from where: picture, camera, box, volume. Ray and box as in image-formation.md.

struct View {
  // Picture, in pixels.
  width: u32,
  height: u32,
  // Samples on every ray.
  steps: u32,
  orthographic: u32,
  // The middle ray's origin, and how far before it the eye is (or the picture's plane when orthographic). World units.
  origin: vec3f,
  reach: f32,
  // Half the picture's height on the plane at distance 1 (world units when orthographic).
  half_height: f32,
  right: vec3f,
  aspect: f32,
  up: vec3f,
  forward: vec3f,
  // The clipped box, in world units, and voxels a world unit.
  box_min: vec3f,
  box_max: vec3f,
  voxels_per_unit: vec3f,
  // Voxels along each axis.
  shape: vec3u,
  nearest: u32,
  // Where each enabled channel's voxels begin in the volume.
  channel_start: array<u32, CHANNELS>,
}

struct Ray {
  origin: vec3f,
  direction: vec3f,
  // Entry into the box, from the origin, and length of a step; a step of 0 is a miss.
  entry: f32,
  step: f32,
}

fn camera_ray(pixel: vec2u) -> Ray {
  let size = vec2f(f32(view.width), f32(view.height));
  let ndc = (vec2f(pixel) + 0.5) / size * 2.0 - 1.0;
  let offset = ndc.x * view.aspect * view.half_height * view.right - ndc.y * view.half_height * view.up;

  var ray: Ray;
  var eye = -view.reach;
  if (view.orthographic != 0u) {
    ray.origin = view.origin + offset;
    ray.direction = view.forward;
  } else {
    ray.origin = view.origin + view.reach * offset;
    ray.direction = normalize(view.forward + offset);
    eye *= length(view.forward + offset);
  }

  // Slabs. A direction of exactly 0 would give 0·∞ for a ray in the plane of a face; a tiny one gives the same slab without it.
  let d = select(ray.direction, vec3f(1e-20), abs(ray.direction) < vec3f(1e-20));
  let to_min = (view.box_min - ray.origin) / d;
  let to_max = (view.box_max - ray.origin) / d;
  let near = min(to_min, to_max);
  let far = max(to_min, to_max);
  ray.entry = max(max(near.x, near.y), max(near.z, eye));
  let exit = min(far.x, min(far.y, far.z));
  ray.step = max(exit - ray.entry, 0.0) / f32(view.steps);
  return ray;
}

fn ray_point(ray: Ray, sample: u32) -> vec3f {
  return ray.origin + ray.direction * (ray.entry + (f32(sample) + 0.5) * ray.step);
}
