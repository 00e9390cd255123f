// Surfaces: how much of one there is at a sample, what it does to the extinction, and how it is lit.

// Under this steepness a slope has no direction.
const LEAST_STEEPNESS = 1e-6;

struct Surface {
  normal: vec3f,
  // Length of ∇v, the steepness m, and the amount of surface s = smoothstep(m).
  rise: f32,
  steepness: f32,
  amount: f32,
}

fn surface_of(slope: vec3f, window: Window) -> Surface {
  let rise = length(slope);
  let steepness = psi.surface.length * rise / (window.hi - window.lo);
  if (steepness < LEAST_STEEPNESS) {
    return Surface(vec3f(0.0), rise, steepness, 0.0);
  }
  let q = min(steepness, 1.0);
  return Surface(slope / rise, rise, steepness, q * q * (3.0 - 2.0 * q));
}

#if SHADING
// What is the same all along a ray. World axes, unit length.
struct Lighting {
  to_eye: vec3f,
  to_key: vec3f,
  // The key light's half vector, and the length that it was divided by.
  half_vector: vec3f,
  half_length: f32,
}

const LEAST_HALF_LENGTH = 1e-3;

// Of the ray under way.
var<private> lighting: Lighting;

fn lighting_of(ray: Ray) -> Lighting {
  let to_key = vec3_of(psi.lights.key.direction);
  let sum = to_key - ray.direction;
  let size = max(length(sum), LEAST_HALF_LENGTH);
  return Lighting(-ray.direction, to_key, sum / size, size);
}

// a^shininess of both lights' cosines.
struct Highlights {
  key: f32,
  head: f32,
}

// Blinn–Phong, two-sided: the normal's cosines with key light, half vector and eye, and what they give.
struct Lit {
  key: f32,
  half_vector: f32,
  eye: f32,
  highlights: Highlights,
  diffuse: vec3f,
  specular: vec3f,
}

fn key_light() -> vec3f {
  return psi.lights.key.intensity * vec3_of(psi.lights.key.color);
}

fn highlight(cosine: f32) -> f32 {
  return precise_exp2(psi.shading.shininess * precise_log2(clamp(cosine, 1e-30, 1.0)));
}

fn lit(normal: vec3f) -> Lit {
  var l: Lit;
  l.key = dot(normal, lighting.to_key);
  l.half_vector = dot(normal, lighting.half_vector);
  l.eye = dot(normal, lighting.to_eye);
  l.highlights = Highlights(highlight(abs(l.half_vector)), highlight(abs(l.eye)));
  let head = psi.lights.headlight.intensity;
  l.diffuse = key_light() * abs(l.key) + head * abs(l.eye);
  l.specular = key_light() * l.highlights.key + head * l.highlights.head;
  return l;
}

// What a full surface makes of a colour: colour·(1 + reflectance) + gloss.
fn reflectance(l: Lit) -> vec3f {
  return psi.shading.ambient - 1.0 + psi.shading.diffuse * l.diffuse;
}

fn gloss(l: Lit) -> vec3f {
  return psi.shading.specular * l.specular;
}
#endif
