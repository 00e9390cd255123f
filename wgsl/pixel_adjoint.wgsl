// The adjoint of a pixel: tone and background, then the kernel's own ray_adjoint. Adds to the invocation's gradient.

#import "tone.wgsl"

var<private> gradient: array<f32, Gradient_size>;

fn add_vec3(at: u32, value: vec3f) {
  gradient[at] += value.x;
  gradient[at + 1u] += value.y;
  gradient[at + 2u] += value.z;
}

fn pixel_adjoint(pixel: vec2u) {
  let index = pixel.y * view.width + pixel.x;
  let end = radiance[index];
  let above = upstream[index];
  let transmittance = transmittance_of(end.w);
  let background = background_color(pixel.y);

  let tone = tone_adjoint(tone_stages(end.rgb + transmittance * background), above.rgb);
  gradient[Psi_tone + Tone_exposure] += tone.exposure;
  gradient[Psi_tone + Tone_contrast] += tone.contrast;
  gradient[Psi_tone + Tone_saturation] += tone.saturation;
  gradient[Psi_tone + Tone_hue] += tone.hue;
  gradient[Psi_tone + Tone_gamma] += tone.gamma;

  let place = background_place(pixel.y);
  add_vec3(Psi_background + Background_top, (1.0 - place) * transmittance * tone.color);
  add_vec3(Psi_background + Background_bottom, place * transmittance * tone.color);

  let ray = camera_ray(pixel);
  if (ray.step > 0.0) {
    ray_adjoint(pixel, ray, end.w, background, tone.color, above.w);
  }
}
