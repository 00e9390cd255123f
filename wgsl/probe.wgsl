// What the volume has at a sample.

#import "volume.wgsl"

// What the volume has of a channel at a place: ∇v (0 where no surface asks for it) and v.
fn probe_at(cell: Cell, channel: u32) -> vec4f {
  let corners = corners_of(cell, channel);
  let v = view.channel_scale[channel] * interpolate(corners, cell.place);
#if SURFACE
  return vec4f(slope_at(slopes_of(cell, channel, corners), cell.place), v);
#else
  return vec4f(0.0, 0.0, 0.0, v);
#endif
}
