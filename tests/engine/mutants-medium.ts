import { FROM_INSIDE, KNOTS_ON_ENDS, mutant, NEAREST, SHADED_PARALLEL, type Trial, WORDS } from './mutant.js';

/** Errors in what the gradient has without camera. */
export const MEDIUM_TRIALS: readonly Trial[] = [
  {
    scene: FROM_INSIDE,
    by: [],
    mutants: [
      mutant(
        'the share of the final transmittance in ∂L/∂τ left out',
        'sample_adjoint.wgsl',
        'dot(contrast, walk.d_color) - walk.d_end;',
        'dot(contrast, walk.d_color);',
      ),
      mutant(
        'the transmittance behind the sample in place of that before it',
        'sample_adjoint.wgsl',
        'transmittance_of(walk.depth) * share',
        'beyond * share',
      ),
      mutant(
        'what lies behind a sample not weakened by it',
        'sample_adjoint.wgsl',
        'excess = transmittance_of(tau) * contrast;',
        'excess = contrast;',
      ),
      mutant(
        'the left knot for the right one',
        'transfer_adjoint.wgsl',
        '(1.0 - segment.place) * value;',
        'segment.place * value;',
      ),
      mutant(
        "the sign of a knot's place",
        'transfer_adjoint.wgsl',
        'du * (segment.place - 1.0);',
        'du * (1.0 - segment.place);',
      ),
      mutant('1/range of the window forgotten', 'transfer_adjoint.wgsl', '1.0 / (window.hi - window.lo);', '1.0;'),
      mutant('the exponent in the derivative of the window', 'transfer_adjoint.wgsl', '.gamma * u / t;', '.gamma / t;'),
      mutant("density's Δt left out", 'sample_adjoint.wgsl', 'd_tau * extinction * step;', 'd_tau * extinction;'),
      mutant(
        'the backgrounds exchanged',
        'pixel_adjoint.wgsl',
        'Background_top, (1.0 - place)',
        'Background_top, place',
      ),
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
        'sample_adjoint.wgsl',
        'scale * d_tau + weight * dot(value.rgb - mixed, walk.d_color);',
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
];
