// From an intensity to colour and extinction: window, then transfer function.

#import "elementary.wgsl"

struct Windowed {
  // Place in the window (unclamped) and the value that the transfer function takes.
  t: f32,
  u: f32,
}

fn apply_window(v: f32, lo: f32, hi: f32, gamma: f32) -> Windowed {
  let t = (v - lo) / (hi - lo);
  // t^gamma, with the ends exact.
  let inside = precise_exp2(gamma * precise_log2(clamp(t, 1e-30, 1.0)));
  return Windowed(t, select(select(inside, 1.0, t >= 1.0), 0.0, t <= 0.0));
}

struct Segment {
  // The knot on the left, the place between it and the next, and 1 / their distance (0 where the place is clamped).
  knot: u32,
  place: f32,
  inverse_width: f32,
}

// The last knot with x ≤ u, kept within 0 … KNOTS − 2.
fn segment_at(channel: u32, u: f32) -> Segment {
  var knot = 0u;
  var count = KNOTS - 1u;
  while (count > 1u) {
    let half = count / 2u;
    knot += select(0u, half, psi.channels[channel].knots[knot + half].x <= u);
    count -= half;
  }
  let left = psi.channels[channel].knots[knot].x;
  let right = psi.channels[channel].knots[knot + 1u].x;
  // The function is flat up to the first knot, and on it.
  if (u <= psi.channels[channel].knots[0].x) {
    return Segment(knot, 0.0, 0.0);
  }
  if (u >= right) {
    return Segment(knot, 1.0, 0.0);
  }
  let inverse_width = 1.0 / (right - left);
  return Segment(knot, (u - left) * inverse_width, inverse_width);
}

// Colour (linear RGB) and extinction (1/world unit) at a knot.
fn knot_value(channel: u32, knot: u32) -> vec4f {
  return vec4f(vec3_of(psi.channels[channel].knots[knot].color), psi.channels[channel].knots[knot].extinction);
}

fn transfer(channel: u32, segment: Segment) -> vec4f {
  return mix(knot_value(channel, segment.knot), knot_value(channel, segment.knot + 1u), segment.place);
}
