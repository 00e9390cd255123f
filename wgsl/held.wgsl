// Samples that were taken once for a camera that stays: of each ray its intensities (with PLANES of 4 slopes too), and the
// range of every SPAN of them. Lane by lane within a tile, so that neighbouring invocations read neighbouring floats.

// Where a ray's samples and spans begin, and how far on those of the next channel do.
struct March {
  samples: u32,
  spans: u32,
  sample_stride: u32,
  span_stride: u32,
}

fn spans_on_ray() -> u32 {
  return (view.steps + SPAN - 1u) / SPAN;
}

fn march_of(ray: Ray, pixel: vec2u) -> March {
  let tile = tile_of(pixel);
  let lane = lane_of(pixel);
  let tiles = tile_count();
  return March(
    tile * PLANES * view.steps * LANES + lane,
    tile * spans_on_ray() * LANES + lane,
    tiles * PLANES * view.steps * LANES,
    tiles * spans_on_ray() * LANES);
}

fn held_index(march: March, channel: u32, plane: u32, k: u32) -> u32 {
  return march.samples + channel * march.sample_stride + (plane * view.steps + k) * LANES;
}

fn span_index(march: March, channel: u32, span: u32) -> u32 {
  return march.spans + channel * march.span_stride + span * LANES;
}
