// What a channel's probe makes of it: colour and extinction.

#import "classify.wgsl"
#if SURFACE
#import "surface.wgsl"
#endif

// One channel's part: colour in linear RGB and extinction in 1/world unit, with what the adjoint needs of their making.
struct Contribution {
  windowed: Windowed,
  segment: Segment,
  value: vec4f,
#if SURFACE
  // ∇v, and the value before surfaces did anything to it.
  slope: vec3f,
  transfer: vec4f,
#endif
}

fn contribution_of(channel: u32, probe: vec4f) -> Contribution {
  var c: Contribution;
  c.windowed = apply_window(
    probe.w,
    psi.channels[channel].window.lo,
    psi.channels[channel].window.hi,
    psi.channels[channel].gamma);
  c.segment = segment_at(channel, c.windowed.u);
  c.value = transfer(channel, c.segment);
#if SURFACE
  c.transfer = c.value;
  c.slope = probe.xyz;
  let surface = surface_of(c.slope, psi.channels[channel].window);
#if GRADIENT_OPACITY
  c.value.w *= 1.0 + psi.channels[channel].gradientOpacity * (surface.amount - 1.0);
#endif
#if SHADING
  if (surface.amount > 0.0) {
    let l = lit(surface.normal);
    c.value = vec4f(c.transfer.rgb * (1.0 + surface.amount * reflectance(l)) + surface.amount * gloss(l), c.value.w);
  }
#endif
#endif
  return c;
}
