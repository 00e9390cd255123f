// Bricks: BRICK³ cells of the volume (and the voxels on their far faces), with the range of each channel's intensities.

#import "volume.wgsl"

fn bricks_across() -> vec3u {
  return (view.shape + BRICK - 1u) / BRICK;
}

fn brick_count() -> u32 {
  let across = bricks_across();
  return across.x * across.y * across.z;
}

fn brick_of(index: u32) -> vec3u {
  let across = bricks_across();
  return vec3u(index % across.x, index / across.x % across.y, index / (across.x * across.y));
}

fn brick_index(brick: vec3u) -> u32 {
  let across = bricks_across();
  return brick.x + across.x * (brick.y + across.y * brick.z);
}
