// The adjoint of a ray: from what its samples say of their places and their step to the camera's frame and the clip box.

// What the samples of a ray add up to.
struct RayGradient {
  // Σ ∂L/∂p_k and Σ (k + offset)·∂L/∂p_k.
  point: vec3f,
  point_along: vec3f,
  // ∂L/∂Δt with the samples held in place, and ∂L/∂direction other than through their places.
  step: f32,
  direction: vec3f,
}

// 1 on the first axis on which the two are the same.
fn first_same(a: vec3f, b: f32) -> vec3f {
  let same = a == vec3f(b);
  return select(vec3f(0.0), vec3f(1.0), vec3<bool>(same.x, same.y && !same.x, same.z && !same.x && !same.y));
}

fn pose_adjoint(pixel: vec2u, ray: Ray, samples: RayGradient) {
  const POSE_AT = Gradient_pose;
  let along = dot(ray.direction, samples.point_along) + samples.step;
  let d_exit = along / f32(view.steps);
  let d_entry = dot(ray.direction, samples.point) - d_exit;
  var d_origin = samples.point;
  var d_direction = samples.direction + ray.entry * samples.point + ray.step * samples.point_along;

  // Entry and exit are (plane − origin)/direction on the axis of the plane that was met last, or first.
  let slabs = slabs_of(ray, pixel);
  let entry = entry_of(slabs);
  let exit = exit_of(slabs);
  var enters = first_same(slabs.near, entry);
  var d_eye = 0.0;
  if (slabs.eye >= entry) {
    enters = vec3f(0.0);
    d_eye = d_entry;
  }
  let leaves = first_same(slabs.far, exit);
  // Never an axis that the ray is parallel to: its slab ends nowhere.
  let inverse = 1.0 / select(ray.direction, vec3f(1.0), parallel_axes(ray.direction));
  let d_near = d_entry * enters * inverse;
  let d_far = d_exit * leaves * inverse;
  d_origin -= d_near + d_far;
  d_direction -= entry * d_near + exit * d_far;
  let ahead = ray.direction > vec3f(0.0);
  add_vec3(POSE_AT + Pose_box_min, select(d_far, d_near, ahead));
  add_vec3(POSE_AT + Pose_box_max, select(d_near, d_far, ahead));

  let forward = vec3_of(view.pose.forward);
  var d_offset = d_origin;
  var d_forward = d_direction;
  if (view.orthographic == 0u) {
    // direction = f/|f|, with f = forward + offset, and the eye is at −reach·|f|.
    let size = length(forward + picture_offset(pixel));
    d_forward = (d_direction - ray.direction * dot(ray.direction, d_direction)) / size - view.reach * d_eye * ray.direction;
    d_offset = view.reach * d_origin + d_forward;
  }
  let place = picture_place(pixel);
  add_vec3(POSE_AT + Pose_origin, d_origin);
  add_vec3(POSE_AT + Pose_forward, d_forward);
  add_vec3(POSE_AT + Pose_right, place.x * view.pose.half_height * d_offset);
  add_vec3(POSE_AT + Pose_up, place.y * view.pose.half_height * d_offset);
  gradient[POSE_AT + Pose_half_height] +=
    dot(d_offset, place.x * vec3_of(view.pose.right) + place.y * vec3_of(view.pose.up));
}
