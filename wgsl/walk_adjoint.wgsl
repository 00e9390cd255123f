// The walk of fast_adjoint.wgsl for drivers that pass over what no lane of theirs takes.

// Samples up to `end`, back to front.
fn walk_back(march: March, ray: Ray, end: u32) {
  begin_lookup();
  var clear = true;
  var k = end;
  while (k > 0u) {
    let behind = last_sample(march, k, end);
    if (behind != k) {
      k = behind;
      continue;
    }
    k--;
    take_sample(march, ray, k);
    if (!on_pieces()) {
#if SURFACE
      enter_pieces();
#else
      sum_up_clear();
      end_run();
      enter_pieces();
      enter_projected();
#endif
      clear = pieces_are_clear();
    }
    if (clear && !clear_is_wanted) {
      continue;
    }
#if SURFACE
    var probes: array<vec4f, CHANNELS>;
    for (var c = 0u; c < CHANNELS; c++) {
      probes[c] = probe_of(march, ray, c, k);
    }
#else
    go_along_pieces();
    if (clear) {
      count_clear();
      continue;
    }
#endif
#if POSE
    cell_under_way = cell_at(ray_point(ray, k));
    d_point = vec3f(0.0);
#endif
#if SURFACE
    sample_adjoint(ray.step, probes);
#else
    projected_sample(ray);
#endif
#if POSE
    samples.point += d_point;
    samples.point_along += (f32(k) + ray.offset) * d_point;
#endif
  }
#if SURFACE
#else
  sum_up_clear();
  end_run();
#endif
}
