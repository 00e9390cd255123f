import type { Psi } from '../../engine/psi.js';
import { FROM_INSIDE, mutant, NEAREST, PARALLEL, SHADED, SHADED_PARALLEL, SURFACES, type Trial } from './mutant.js';

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

/** Errors in the gradient of camera and clip box, and in surfaces. */
export const FEATURE_TRIALS: readonly Trial[] = [
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
        '(grid == unclamped) & (lower + 1u < view.shape) & vec3<bool>(view.nearest == 0u)',
        '(grid == unclamped) & (lower + 1u < view.shape)',
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
        '(grid == unclamped) & (lower + 1u < view.shape) & vec3<bool>(view.nearest == 0u)',
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
        'the length of a surface not divided by',
        'surface_adjoint.wgsl',
        'surface.steepness / psi.surface.length;',
        'surface.steepness;',
      ),
      mutant(
        "the slope's own derivative left out",
        'transfer_adjoint.wgsl',
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
