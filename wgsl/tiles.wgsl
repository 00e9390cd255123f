// The fast kernels' invocations take the pixels of one tile after another.

const TILE = 8u;
const LANES = TILE * TILE;

fn tiles_across() -> u32 {
  return (view.width + TILE - 1u) / TILE;
}

fn tile_count() -> u32 {
  return tiles_across() * ((view.height + TILE - 1u) / TILE);
}

// May lie outside the picture.
fn pixel_of(tile: u32, lane: u32) -> vec2u {
  let across = tiles_across();
  return TILE * vec2u(tile % across, tile / across) + vec2u(lane % TILE, lane / TILE);
}

fn in_picture(pixel: vec2u) -> bool {
  return pixel.x < view.width && pixel.y < view.height;
}

fn tile_of(pixel: vec2u) -> u32 {
  return pixel.x / TILE + tiles_across() * (pixel.y / TILE);
}

fn lane_of(pixel: vec2u) -> u32 {
  return pixel.x % TILE + TILE * (pixel.y % TILE);
}
