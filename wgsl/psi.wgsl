// The scalars of Ψ that the kernels read, named and nested as in the document, so that a path such as
// channels.0.knots.3.color.1 is also the way to its float here. Every member is an f32 (or made of them): the gradient
// comes back in a flat array with the same offsets, which are given to the kernels as constants Struct_member.
//
// Constants set by the host: CHANNELS (enabled channels), KNOTS (the largest number of knots among them).

struct Window {
  lo: f32,
  hi: f32,
}

struct Knot {
  x: f32,
  color: array<f32, 3>,
  extinction: f32,
}

struct Channel {
  window: Window,
  gamma: f32,
  knots: array<Knot, KNOTS>,
}

struct Background {
  top: array<f32, 3>,
  bottom: array<f32, 3>,
}

struct Tone {
  exposure: f32,
  contrast: f32,
  saturation: f32,
  hue: f32,
  gamma: f32,
}

struct Psi {
  density: f32,
  background: Background,
  tone: Tone,
  channels: array<Channel, CHANNELS>,
}

fn rgb(color: array<f32, 3>) -> vec3f {
  return vec3f(color[0], color[1], color[2]);
}
