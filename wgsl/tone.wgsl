// The tone stage of image-formation.md and its adjoint.

#import "elementary.wgsl"

const MIDDLE_GREY = 0.18;
// Added where a power is taken, so that black has a slope.
const TOE = 0x1p-16;
const LUMA = vec3f(0.2126, 0.7152, 0.0722);
const HIGHLIGHT_SLOPE = 0.05;

// Rotation about (1,1,1)/√3 and its derivative by the angle in degrees; columns as WGSL has them.
fn hue_matrix(cosine: f32, sine: f32, identity: f32) -> mat3x3f {
  let same = (identity + 2.0 * cosine) / 3.0;
  let ahead = (identity - cosine) / 3.0 + sine / sqrt(3.0);
  let behind = (identity - cosine) / 3.0 - sine / sqrt(3.0);
  return mat3x3f(same, ahead, behind, behind, same, ahead, ahead, behind, same);
}

fn log2_each(x: vec3f) -> vec3f {
  return vec3f(precise_log2(x.r), precise_log2(x.g), precise_log2(x.b));
}

fn power(base: vec3f, exponent: f32) -> vec3f {
  let l = exponent * log2_each(base);
  return vec3f(precise_exp2(l.r), precise_exp2(l.g), precise_exp2(l.b));
}

// Every stage's result; the adjoint needs them all.
struct Toned {
  exposed: vec3f,
  contrasted: vec3f,
  saturated: vec3f,
  turned: vec3f,
  corrected: vec3f,
  display: vec3f,
}

fn tone_stages(color: vec3f) -> Toned {
  let tone = psi.tone;
  var s: Toned;
  s.exposed = color * precise_exp2(tone.exposure);
  s.contrasted = MIDDLE_GREY * power((s.exposed + TOE) / MIDDLE_GREY, tone.contrast);
  let luma = dot(LUMA, s.contrasted);
  s.saturated = luma + tone.saturation * (s.contrasted - luma);
  let angle = cos_sin(tone.hue);
  s.turned = hue_matrix(angle.x, angle.y, 1.0) * s.saturated;
  s.corrected = power(max(s.turned, vec3f(0.0)) + TOE, 1.0 / tone.gamma);
  var encoded = s.corrected;
  if (view.srgb != 0u) {
    encoded = select(1.055 * power(s.corrected, 1.0 / 2.4) - 0.055, 12.92 * s.corrected, s.corrected <= vec3f(0.0031308));
  }
  s.display = select(1.0 + HIGHLIGHT_SLOPE * (encoded - 1.0), encoded, encoded <= vec3f(1.0));
  return s;
}

struct ToneGradient {
  color: vec3f,
  exposure: f32,
  contrast: f32,
  saturation: f32,
  hue: f32,
  gamma: f32,
}

// Walks the stages backwards; `upstream` is ∂L/∂display.
fn tone_adjoint(s: Toned, upstream: vec3f) -> ToneGradient {
  let tone = psi.tone;
  var g: ToneGradient;

  var d = upstream * select(vec3f(1.0), vec3f(HIGHLIGHT_SLOPE), s.display > vec3f(1.0));
  if (view.srgb != 0u) {
    let power_slope = (1.055 / 2.4) * power(s.corrected, 1.0 / 2.4 - 1.0);
    d *= select(power_slope, vec3f(12.92), s.corrected <= vec3f(0.0031308));
  }

  let inverse_gamma = 1.0 / tone.gamma;
  let turned = max(s.turned, vec3f(0.0)) + TOE;
  g.gamma = -dot(d, s.corrected * LN_2 * log2_each(turned)) * inverse_gamma * inverse_gamma;
  d = select(vec3f(0.0), d * inverse_gamma * s.corrected / turned, s.turned >= vec3f(0.0));

  let angle = cos_sin(tone.hue);
  g.hue = dot(d, hue_matrix(-angle.y, angle.x, 0.0) * s.saturated) * radians(1.0);
  d = d * hue_matrix(angle.x, angle.y, 1.0);

  let luma = dot(LUMA, s.contrasted);
  g.saturation = dot(d, s.contrasted - luma);
  d = tone.saturation * d + (1.0 - tone.saturation) * dot(d, vec3f(1.0)) * LUMA;

  let exposed = s.exposed + TOE;
  g.contrast = dot(d, s.contrasted * LN_2 * log2_each(exposed / MIDDLE_GREY));
  d *= tone.contrast * s.contrasted / exposed;

  g.exposure = dot(d, s.exposed) * LN_2;
  g.color = d * precise_exp2(tone.exposure);
  return g;
}

// The share of the bottom colour in the background of a row of pixels.
fn background_place(row: u32) -> f32 {
  return (f32(row) + 0.5) / f32(view.height);
}

fn background_color(row: u32) -> vec3f {
  return mix(vec3_of(psi.background.top), vec3_of(psi.background.bottom), background_place(row));
}
