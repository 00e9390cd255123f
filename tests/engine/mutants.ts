import type { Feature } from '../../engine/features.js';
import type { Psi } from '../../engine/psi.js';

/** One deliberate error in a line of a kernel. */
export interface Mutant {
  /** What is wrong. */
  what: string;
  file: string;
  /** What to replace; it is in the file once. */
  line: string;
  mutated: string;
}

/**
 * Mutants that one scene of the gradient check shows. Which scene, and no more of the gradient than it takes: a mutant costs
 * the time that its kernels take to compile, half a second without surfaces and camera and more than one with both.
 */
export interface Trial {
  /** The scene's number in the gradient check; it is one of the twelve that a check has at the least. */
  scene: number;
  /** What is changed of the scene, if no scene shows the error as it is. */
  alter?: (psi: Psi) => Psi;
  /** What the gradient is of besides all that has no feature. */
  by: readonly Feature[];
  mutants: readonly Mutant[];
}

const mutant = (what: string, file: string, line: string, mutated: string): Mutant => ({ what, file, line, mutated });

const SURFACES: readonly Feature[] = ['SHADING', 'GRADIENT_OPACITY'];

/** One channel, spiky, from inside, with jitter, clipped, burnt out, two inner knots in one place. */
const FROM_INSIDE = 2;
/** Two channels, the nearest voxels, dense, perspective, clipped. */
const NEAREST = 0;
/** CT, whose voxels are kept in 16 bits; the nearest ones. */
const WORDS = 8;
/** CT with surfaces, parallel rays along an axis; the first two knots are in one place, which samples are on. */
const KNOTS_ON_ENDS = 3;
/** One channel, parallel rays along an axis. */
const PARALLEL = 7;
/** Fluorescence with surfaces, parallel rays. */
const SHADED_PARALLEL = 1;
/** Two channels of a single slice with surfaces, perspective, shown without sRGB. */
const SHADED = 4;

/**
 * Windows so narrow that some samples are on full surfaces (m ≥ 1). Of 30 scenes of the gradient check that have surfaces one has
 * full ones, for a handful of samples: cubes of ten voxels a side don't rise steeply enough.
 */
const withFullSurfaces = (psi: Psi): Psi => ({
  ...psi,
  channels: psi.channels.map(({ window: { lo, hi }, ...channel }) => {
    const [middle, half] = [(lo + hi) / 2, Math.fround((hi - lo) / 20)];
    return { ...channel, window: { lo: Math.fround(middle - half), hi: Math.fround(middle + half) } };
  }),
});

export const TRIALS: readonly Trial[] = [
  {
    scene: FROM_INSIDE,
    by: [],
    mutants: [
      mutant(
        'the share of the final transmittance in ∂L/∂τ left out',
        'adjoint.wgsl',
        'dot(contrast, d_color) - d_end;',
        'dot(contrast, d_color);',
      ),
      mutant(
        'the transmittance behind the sample in place of that before it',
        'adjoint.wgsl',
        'transmittance_of(depth) * share',
        'beyond * share',
      ),
      mutant(
        'what lies behind a sample not weakened by it',
        'adjoint.wgsl',
        'excess = transmittance_of(tau) * contrast;',
        'excess = contrast;',
      ),
      mutant(
        'the left knot for the right one',
        'adjoint.wgsl',
        '(1.0 - segment.place) * value;',
        'segment.place * value;',
      ),
      mutant(
        "the sign of a knot's place",
        'adjoint.wgsl',
        'du * (segment.place - 1.0);',
        'du * (1.0 - segment.place);',
      ),
      mutant('1/range of the window forgotten', 'adjoint.wgsl', '1.0 / (window.hi - window.lo);', '1.0;'),
      mutant('the exponent in the derivative of the window', 'adjoint.wgsl', '.gamma * u / t;', '.gamma / t;'),
      mutant("density's Δt left out", 'adjoint.wgsl', 'd_tau * extinction * ray.step;', 'd_tau * extinction;'),
      mutant('the backgrounds exchanged', 'adjoint.wgsl', 'Background_top, (1.0 - place)', 'Background_top, place'),
      mutant('radians for degrees in the hue', 'tone.wgsl', ' * radians(1.0);', ';'),
      mutant(
        "the luma's part in the saturation",
        'tone.wgsl',
        'd = tone.saturation * d + (1.0 - tone.saturation) * dot(d, vec3f(1.0)) * LUMA;',
        'd = tone.saturation * d;',
      ),
      mutant(
        'the slope of the highlights forgotten',
        'tone.wgsl',
        'upstream * select(vec3f(1.0), vec3f(HIGHLIGHT_SLOPE), s.display > vec3f(1.0));',
        'upstream;',
      ),
      mutant(
        "the contrast's slope",
        'tone.wgsl',
        'd *= tone.contrast * s.contrasted / exposed;',
        'd *= s.contrasted / exposed;',
      ),
      mutant('samples at the ends of their steps', 'view.wgsl', '(f32(sample) + ray.offset)', 'f32(sample)'),
      mutant(
        'no jitter',
        'view.wgsl',
        'select(0.5, jitter_of(pixel.x + view.width * pixel.y), view.jitter != 0u)',
        '0.5',
      ),
      mutant("the pixel's index by the height", 'view.wgsl', 'view.width * pixel.y', 'view.height * pixel.y'),
      mutant('the last workgroup not summed', 'reduce.wgsl', 'i < count; i += LANES', 'i + 1u < count; i += LANES'),
    ],
  },
  {
    scene: NEAREST,
    by: [],
    mutants: [
      mutant(
        'the mixing of channels left out of ∂L/∂σ_c',
        'adjoint.wgsl',
        'scale * d_tau + weight * dot(value.rgb - mixed, d_color);',
        'scale * d_tau;',
      ),
    ],
  },
  {
    scene: KNOTS_ON_ENDS,
    by: [],
    mutants: [
      mutant(
        'u on the first of two knots in one place',
        'classify.wgsl',
        'u <= psi.channels[channel].knots[0].x',
        'knot == 0u && u <= left',
      ),
    ],
  },
  {
    scene: SHADED_PARALLEL,
    by: [],
    mutants: [
      mutant(
        'a difference of two voxels at the border, taken for one of three',
        'volume.wgsl',
        'cell.ahead = cell.stride + select(vec3u(0u), pitch, lower + 2u < view.shape);',
        'cell.ahead = cell.stride;',
      ),
      mutant('voxels as long as wide', 'volume.wgsl', '* view.voxels_per_unit;', '* vec3f(view.voxels_per_unit.x);'),
    ],
  },
  {
    scene: WORDS,
    by: [],
    mutants: [mutant('the second voxel of a word is the first', 'volume.wgsl', '(i & 1u) * 16u', '0u')],
  },
  {
    scene: FROM_INSIDE,
    by: ['POSE'],
    mutants: [
      mutant(
        "the step's part of the camera's gradient left out",
        'pose_adjoint.wgsl',
        'dot(ray.direction, samples.point_along) + samples.step;',
        'dot(ray.direction, samples.point_along);',
      ),
      mutant('k for k + offset', 'adjoint.wgsl', '(f32(k) + ray.offset) * d_point;', 'f32(k) * d_point;'),
      mutant(
        'the direction not normalised',
        'pose_adjoint.wgsl',
        '(d_direction - ray.direction * dot(ray.direction, d_direction)) / size',
        'd_direction / size',
      ),
      mutant(
        'the length that the direction is divided by forgotten',
        'pose_adjoint.wgsl',
        'dot(ray.direction, d_direction)) / size',
        'dot(ray.direction, d_direction))',
      ),
      mutant(
        "the box's planes exchanged",
        'pose_adjoint.wgsl',
        'Pose_box_min, select(d_far, d_near, ahead)',
        'Pose_box_min, select(d_near, d_far, ahead)',
      ),
      mutant('the eye not met where a ray begins at it', 'pose_adjoint.wgsl', 'd_eye = d_entry;', 'd_eye = 0.0;'),
      mutant(
        'the exit turns with no direction',
        'pose_adjoint.wgsl',
        'd_direction -= entry * d_near + exit * d_far;',
        'd_direction -= entry * d_near;',
      ),
      mutant(
        'the reach forgotten',
        'pose_adjoint.wgsl',
        'd_offset = view.reach * d_origin + d_forward;',
        'd_offset = d_forward;',
      ),
      mutant(
        "half the picture's height seen in its width alone",
        'pose_adjoint.wgsl',
        'view.pose.right) + place.y * vec3_of(view.pose.up));',
        'view.pose.right));',
      ),
    ],
  },
  {
    scene: NEAREST,
    by: ['POSE'],
    mutants: [
      mutant(
        'the nearest voxel changes with the place',
        'volume.wgsl',
        '(grid == unclamped) & vec3<bool>(view.nearest == 0u)',
        '(grid == unclamped)',
      ),
    ],
  },
  {
    scene: PARALLEL,
    by: ['POSE'],
    mutants: [
      mutant(
        'samples beyond the outer voxel centres move on',
        'volume.wgsl',
        '(grid == unclamped) & vec3<bool>(view.nearest == 0u)',
        'vec3<bool>(view.nearest == 0u)',
      ),
      mutant(
        'samples that stay where a ray enters',
        'pose_adjoint.wgsl',
        'dot(ray.direction, samples.point) - d_exit;',
        '-d_exit;',
      ),
      mutant('parallel rays as from an eye', 'pose_adjoint.wgsl', 'if (view.orthographic == 0u)', 'if (true)'),
    ],
  },
  {
    scene: SHADED,
    by: SURFACES,
    mutants: [
      mutant(
        'sRGB where there is none',
        'tone.wgsl',
        'if (view.srgb != 0u) {\n    let power_slope',
        'if (true) {\n    let power_slope',
      ),
      mutant(
        "the key light's side",
        'surface_adjoint.wgsl',
        'sign(l.key) * dot(d_diffuse, key);',
        'dot(d_diffuse, key);',
      ),
      mutant(
        'the half vector not normalised',
        'surface_adjoint.wgsl',
        'd_sum -= lighting.half_vector * dot(lighting.half_vector, d_sum);',
        '',
      ),
      mutant(
        "the key light's colour for its intensity",
        'surface_adjoint.wgsl',
        'psi.lights.key.intensity * d_key_light',
        'vec3_of(psi.lights.key.color) * d_key_light',
      ),
      mutant(
        "the window's part in the measure of surfaces",
        'surface_adjoint.wgsl',
        'gradient[at + Channel_window + Window_lo] += d_range;',
        '',
      ),
      mutant(
        'gradient opacity forgotten in ∂L/∂s',
        'surface_adjoint.wgsl',
        'd_amount += d_value.w * c.transfer.w * opacity;',
        '',
      ),
      mutant(
        'gradient opacity forgotten in the extinction of the knots',
        'surface_adjoint.wgsl',
        'g.transfer.w *= 1.0 + opacity * (surface.amount - 1.0);',
        '',
      ),
      mutant(
        "the headlight's highlight forgotten in the shininess",
        'surface_adjoint.wgsl',
        '+ head * d_head_specular * l.highlights.head * highlight_log(l.eye);',
        ';',
      ),
    ],
  },
  {
    scene: SHADED,
    alter: withFullSurfaces,
    by: SURFACES,
    mutants: [
      mutant(
        'a full surface with a slope',
        'surface_adjoint.wgsl',
        'select(0.0, d_amount * 6.0 * q * (1.0 - q), q < 1.0)',
        'd_amount * 6.0 * q * (1.0 - q)',
      ),
    ],
  },
  {
    scene: SHADED,
    by: [...SURFACES, 'POSE'],
    mutants: [
      mutant(
        "the eye's part of shading left out of the direction",
        'adjoint.wgsl',
        'samples.direction = -d_to_eye;',
        '',
      ),
    ],
  },
  {
    scene: SHADED_PARALLEL,
    by: [...SURFACES, 'POSE'],
    mutants: [
      mutant(
        "the slope's own derivative left out",
        'adjoint.wgsl',
        'd_point += slope_derivative',
        'd_point += 0.0 * slope_derivative',
      ),
      mutant(
        'the normal not normalised',
        'surface_adjoint.wgsl',
        '(d_normal - surface.normal * dot(surface.normal, d_normal)) / surface.rise',
        'd_normal / surface.rise',
      ),
    ],
  },
];
