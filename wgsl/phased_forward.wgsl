// The walk of fast_forward.wgsl for drivers that compute both sides of every if: clear samples and others have loops of their own,
// which a ray changes between a few times.

fn walk_forward(march: March, ray: Ray) {
  begin_lookup();
  let last = view.steps - 1u;
  var k = 0u;
  while (k < seen.end) {
    k = first_sample(march, k, view.steps);
    take_sample(march, ray, min(k, last));
    var clear = is_clear();
    // To the end of its span.
    while (clear && k < last && (k + 1u) % SPAN != 0u) {
      k++;
      take_sample(march, ray, k);
      clear = is_clear();
    }
    if (clear) {
      k++;
    }
    while (k < seen.end && !clear) {
      enter_pieces();
      enter_colors();
      composite_sample(march, ray, k);
      k++;
      take_sample(march, ray, min(k, last));
      clear = is_clear();
    }
  }
}
