// The walk of fast_forward.wgsl for drivers that pass over what no lane of theirs takes.

fn walk_forward(march: March, ray: Ray) {
  begin_lookup();
  var clear = true;
  for (var k = 0u; k < seen.end; k++) {
    let ahead = next_sample(march, k, view.steps);
    if (ahead != k) {
      k = ahead - 1u;
      continue;
    }
    take_sample(march, ray, k);
    if (!on_pieces()) {
      enter_pieces();
      clear = pieces_are_clear();
#if SURFACE
#else
      if (!clear) {
        enter_colors();
      }
#endif
    }
    if (!clear) {
      composite_sample(march, ray, k);
    }
  }
}
