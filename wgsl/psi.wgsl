// The scalars of Ψ that the kernels read, named and nested as in the document, so that a path such as
// channels.0.knots.3.color.1 is also the way to its float here. Every member is an f32 (or made of them): the gradient
// comes back in a flat array with the same offsets, which are given to the kernels as constants Struct_member.
//
// Constants set by the host: CHANNELS (enabled channels), KNOTS (the largest number of knots among them), and for the parts
// between #if and #endif 0 or 1: what is off is not even compiled.

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
  gradientOpacity: f32,
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

#if SURFACE
struct SurfaceScale {
  length: f32,
}
#endif

#if SHADING
struct Shading {
  ambient: f32,
  diffuse: f32,
  specular: f32,
  shininess: f32,
}

struct KeyLight {
  // Towards the light, in world axes: what azimuth and elevation make of it under the camera.
  direction: array<f32, 3>,
  color: array<f32, 3>,
  intensity: f32,
}

struct Headlight {
  intensity: f32,
}

struct Lights {
  key: KeyLight,
  headlight: Headlight,
}
#endif

struct Psi {
  density: f32,
  background: Background,
  tone: Tone,
#if SURFACE
  surface: SurfaceScale,
#endif
#if SHADING
  shading: Shading,
  lights: Lights,
#endif
  channels: array<Channel, CHANNELS>,
}

// Three scalars side by side have no alignment of 16 bytes, so that the layout has no gaps.
fn vec3_of(scalars: array<f32, 3>) -> vec3f {
  return vec3f(scalars[0], scalars[1], scalars[2]);
}
