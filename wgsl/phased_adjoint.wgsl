// The walk of fast_adjoint.wgsl for drivers that compute both sides of every if: clear samples and others have loops of their own,
// which a ray changes between a few times.

// Samples up to `end`, back to front.
fn walk_back(march: March, ray: Ray, end: u32) {
  begin_lookup();
  var k = end;
  while (k > 0u) {
    var clear = true;
    while (k > 0u) {
      k = previous_sample(march, k, end);
      take_sample(march, ray, max(k, 1u) - 1u);
      enter_pieces();
      enter_projected();
      clear = pieces_are_clear();
      var on = clear;
      while (k > 0u && on) {
        go_along_pieces();
        count_clear();
        k--;
        take_sample(march, ray, max(k, 1u) - 1u);
        // What isn't wanted may be left out from the next span on.
        on = on_pieces() && (clear_is_wanted || k % SPAN != 0u);
      }
      sum_up_clear();
      end_run();
      if (!clear) {
        break;
      }
    }
    while (k > 0u && !clear) {
      go_along_pieces();
      projected_sample(ray);
      end_run();
      k--;
      take_sample(march, ray, max(k, 1u) - 1u);
      enter_pieces();
      enter_projected();
      clear = pieces_are_clear();
    }
  }
}
