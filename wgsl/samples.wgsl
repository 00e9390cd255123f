// The samples of a ray, as the fast kernels take them: held from an earlier pass, or from the volume.

#import "tiles.wgsl"
#import "lookup.wgsl"
#if HELD
#import "held.wgsl"

fn span_matters(march: March, span: u32) -> bool {
  var some = false;
  for (var c = 0u; c < CHANNELS; c++) {
    let range = spans[span_index(march, c, span)];
    some = some || matters(c, range.x, range.y);
  }
  return some;
}

// k, or where it is in a span that doesn't matter, the first sample after that, `end` at the most.
fn next_sample(march: March, k: u32, end: u32) -> u32 {
  if (is_dense || k % SPAN != 0u) {
    return k;
  }
  return select(min(k + SPAN, end), k, span_matters(march, k / SPAN));
}

// k, or where sample k − 1 is in a span that doesn't matter, one more than the last sample before that.
fn last_sample(march: March, k: u32, end: u32) -> u32 {
  if (is_dense || (k % SPAN != 0u && k != end)) {
    return k;
  }
  return select((k - 1u) / SPAN * SPAN, k, span_matters(march, (k - 1u) / SPAN));
}

#if PHASES
// The first sample from `begin` on, up to `end`, in a span that matters.
fn first_sample(march: March, begin: u32, end: u32) -> u32 {
  var k = begin;
  while (k < end && !is_dense && k % SPAN == 0u && !span_matters(march, k / SPAN)) {
    k += SPAN;
  }
  return min(k, end);
}

// One more than the last sample before `begin` in a span that matters; 0 when there is none.
fn previous_sample(march: March, begin: u32, end: u32) -> u32 {
  var k = begin;
  while (k > 0u && !is_dense && (k % SPAN == 0u || k == end) && !span_matters(march, (k - 1u) / SPAN)) {
    k = (k - 1u) / SPAN * SPAN;
  }
  return k;
}
#endif

#if SURFACE
fn probe_of(march: March, ray: Ray, channel: u32, k: u32) -> vec4f {
  return vec4f(
    held[held_index(march, channel, 1u, k)],
    held[held_index(march, channel, 2u, k)],
    held[held_index(march, channel, 3u, k)],
    held[held_index(march, channel, 0u, k)]);
}
#endif
#else
#import "probe.wgsl"
#import "march.wgsl"

#if SURFACE
fn probe_of(march: March, ray: Ray, channel: u32, k: u32) -> vec4f {
  return probe_at(cell_at(ray_point(ray, k)), channel);
}
#endif
#endif

// The sample's intensities through their windows.
fn take_sample(march: March, ray: Ray, k: u32) {
#if HELD
#else
  let corner = corner_at(march, ray, k);
#endif
  for (var c = 0u; c < CHANNELS; c++) {
#if HELD
    put_through_window(c, held[held_index(march, c, 0u, k)]);
#else
    put_through_window(c, intensity_at(corner, c));
#endif
  }
}
