// Forward pass as forward.wgsl has it, without what nobody sees: samples in bricks or spans that are clear under Ψ, and those
// behind so much that they leave no trace.

#import "psi.wgsl"
#import "view.wgsl"

#import "scene.wgsl"

// As in forward.wgsl, and how many samples of each ray were looked at before it was opaque.
@group(0) @binding(5) var<storage, read_write> radiance: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> picture: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> ends: array<u32>;

#import "samples.wgsl"
#import "depth.wgsl"
#if SURFACE
#import "contribution.wgsl"
#endif
#import "tone.wgsl"

// Of a ray: linear colour before the background, optical depth, samples looked at.
struct Seen {
  color: vec3f,
  depth: f32,
  end: u32,
}

var<private> seen: Seen;

#if SURFACE
#else
// Colours at the start of the present pieces, and what they rise to their ends.
var<private> piece_color: array<vec3f, CHANNELS>;
var<private> piece_color_rise: array<vec3f, CHANNELS>;

fn enter_colors() {
  for (var c = 0u; c < CHANNELS; c++) {
    let at = piece[c];
    piece_color[c] = vec3f(lookup.tables[c].red[at], lookup.tables[c].green[at], lookup.tables[c].blue[at]);
    piece_color_rise[c] =
      vec3f(lookup.tables[c].red_rise[at], lookup.tables[c].green_rise[at], lookup.tables[c].blue_rise[at]);
  }
}
#endif

// Adds sample k, on the present pieces, to what is seen.
fn composite_sample(march: March, ray: Ray, k: u32) {
  go_along_pieces();
  var extinction = 0.0;
  var emission = vec3f(0.0);
  for (var c = 0u; c < CHANNELS; c++) {
#if SURFACE
    let sample = contribution_of(c, probe_of(march, ray, c, k)).value;
#else
    let sample = vec4f(piece_color[c] + along[c] * piece_color_rise[c], extinction_of(c));
#endif
    extinction += sample.w;
    emission += sample.w * sample.rgb;
  }
  let scale = psi.density * ray.step;
  let tau = scale * extinction;
  seen.color += transmittance_of(seen.depth) * scale * opacity_ratio(tau) * emission;
  seen.depth += sample_depth(tau);
  if (seen.depth > lookup.opaque) {
    seen.end = k + 1u;
  }
}

#if PHASES
#import "phased_forward.wgsl"
#else
#import "walk_forward.wgsl"
#endif

fn see(ray: Ray, pixel: vec2u) {
  seen = Seen(vec3f(0.0), 0.0, view.steps);
  if (ray.step > 0.0) {
#if SHADING
    lighting = lighting_of(ray);
#endif
    walk_forward(march_of(ray, pixel), ray);
  }
}

@compute @workgroup_size(LANES)
fn fast_forward(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var tile = group.x; tile < tile_count(); tile += groups.x) {
    let at = pixel_of(tile, lane);
    if (in_picture(at)) {
      see(camera_ray(at), at);
      let pixel = at.y * view.width + at.x;
      let transmittance = transmittance_of(seen.depth);
      radiance[pixel] = vec4f(seen.color, seen.depth);
      picture[pixel] = vec4f(tone_stages(seen.color + transmittance * background_color(at.y)).display, transmittance);
      ends[pixel] = seen.end;
    }
  }
}
