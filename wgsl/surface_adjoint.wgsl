// The adjoint of what surfaces do: from ∂L/∂(colour, extinction) as mixed to the same as the transfer function gave them, with
// the gradients by gradient opacity, window, shading and lights added up on the way.

#if SHADING
// Along one ray: by the key light's power (intensity × colour), by the directions.
var<private> d_key_light: vec3f;
var<private> d_to_key: vec3f;
var<private> d_half_vector: vec3f;
var<private> d_to_eye: vec3f;

struct NormalGradient {
  normal: vec3f,
  amount: f32,
  color: vec3f,
}

// The derivative of |a|^shininess by |a|, where a may be 0.
fn highlight_slope(cosine: f32, highlight: f32) -> f32 {
  return psi.shading.shininess * highlight / max(abs(cosine), 1e-20);
}

fn highlight_log(cosine: f32) -> f32 {
  return LN_2 * precise_log2(clamp(abs(cosine), 1e-30, 1.0));
}

fn shading_adjoint(color: vec3f, surface: Surface, d_color: vec3f) -> NormalGradient {
  let l = lit(surface.normal);
  let shading = psi.shading;
  let head = psi.lights.headlight.intensity;
  let key = key_light();

  let d_reflectance = surface.amount * d_color * color;
  let d_gloss = surface.amount * d_color;
  gradient[Psi_shading + Shading_ambient] += dot(d_reflectance, vec3f(1.0));
  gradient[Psi_shading + Shading_diffuse] += dot(d_reflectance, l.diffuse);
  gradient[Psi_shading + Shading_specular] += dot(d_gloss, l.specular);
  let d_diffuse = shading.diffuse * d_reflectance;
  let d_specular = shading.specular * d_gloss;
  // Of each light's white part, and of the highlights by their cosines.
  let d_head_diffuse = dot(d_diffuse, vec3f(1.0));
  let d_head_specular = dot(d_specular, vec3f(1.0));
  let d_key_specular = dot(d_specular, key);
  gradient[Psi_lights + Lights_headlight + Headlight_intensity] +=
    d_head_diffuse * abs(l.eye) + d_head_specular * l.highlights.head;
  gradient[Psi_shading + Shading_shininess] +=
    d_key_specular * l.highlights.key * highlight_log(l.half_vector)
    + head * d_head_specular * l.highlights.head * highlight_log(l.eye);
  d_key_light += d_diffuse * abs(l.key) + d_specular * l.highlights.key;

  let d_key = sign(l.key) * dot(d_diffuse, key);
  let d_half = sign(l.half_vector) * d_key_specular * highlight_slope(l.half_vector, l.highlights.key);
  let d_eye = sign(l.eye) * head * (d_head_diffuse + d_head_specular * highlight_slope(l.eye, l.highlights.head));
  d_to_key += d_key * surface.normal;
  d_half_vector += d_half * surface.normal;
  d_to_eye += d_eye * surface.normal;

  return NormalGradient(
    d_key * lighting.to_key + d_half * lighting.half_vector + d_eye * lighting.to_eye,
    dot(d_color, color * reflectance(l) + gloss(l)),
    d_color * (1.0 + surface.amount * reflectance(l)));
}

// At the ray's end: what the half vector collected goes to the two that it lies between, and the light's to Ψ.
fn begin_lighting_adjoint() {
  d_key_light = vec3f(0.0);
  d_to_key = vec3f(0.0);
  d_half_vector = vec3f(0.0);
  d_to_eye = vec3f(0.0);
}

fn lighting_adjoint() {
  var d_sum = d_half_vector / lighting.half_length;
  if (lighting.half_length > LEAST_HALF_LENGTH) {
    d_sum -= lighting.half_vector * dot(lighting.half_vector, d_sum);
  }
  d_to_key += d_sum;
  d_to_eye += d_sum;
  const KEY = Psi_lights + Lights_key;
  add_vec3(KEY + KeyLight_direction, d_to_key);
  add_vec3(KEY + KeyLight_color, psi.lights.key.intensity * d_key_light);
  gradient[KEY + KeyLight_intensity] += dot(d_key_light, vec3_of(psi.lights.key.color));
}
#endif

struct SurfaceGradient {
  // By what the transfer function gave, and by ∇v.
  transfer: vec4f,
  slope: vec3f,
}

fn surface_adjoint(channel: u32, c: Contribution, d_value: vec4f) -> SurfaceGradient {
  let window = psi.channels[channel].window;
  let surface = surface_of(c.slope, window);
  let at = Psi_channels + channel * Channel_size;
  var g = SurfaceGradient(d_value, vec3f(0.0));
  var d_amount = 0.0;
#if GRADIENT_OPACITY
  let opacity = psi.channels[channel].gradientOpacity;
  gradient[at + Channel_gradientOpacity] += d_value.w * c.transfer.w * (surface.amount - 1.0);
  d_amount += d_value.w * c.transfer.w * opacity;
  g.transfer.w *= 1.0 + opacity * (surface.amount - 1.0);
#endif
  if (surface.amount == 0.0) {
    return g;
  }
  var d_normal = vec3f(0.0);
#if SHADING
  let shaded = shading_adjoint(c.transfer.rgb, surface, d_value.rgb);
  d_normal = shaded.normal;
  d_amount += shaded.amount;
  g.transfer = vec4f(shaded.color, g.transfer.w);
#endif
  let q = surface.steepness;
  let d_steepness = select(0.0, d_amount * 6.0 * q * (1.0 - q), q < 1.0);
  let inverse_range = 1.0 / (window.hi - window.lo);
  let d_range = d_steepness * surface.steepness * inverse_range;
  gradient[Psi_surface + SurfaceScale_length] += d_steepness * surface.steepness / psi.surface.length;
  gradient[at + Channel_window + Window_lo] += d_range;
  gradient[at + Channel_window + Window_hi] -= d_range;
  g.slope = d_steepness * psi.surface.length * inverse_range * surface.normal
    + (d_normal - surface.normal * dot(surface.normal, d_normal)) / surface.rise;
  return g;
}
