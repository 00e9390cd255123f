/** Deliberate errors in what is the fast kernels' own, each with the scene of fast-scenes.ts and the way that shows it. */
import type { CompareOptions, Way } from './fast-compare.js';
import { type Mutant, mutant } from './mutant.js';

/** What is compared is no more than it takes, for a mutant costs the time that its kernels take to compile. */
export interface FastTrial {
  scene: string;
  way: Way;
  /** Gradients that show it; none where the picture does. */
  by: NonNullable<CompareOptions['by']>;
  mutants: readonly Mutant[];
}

export const FAST_TRIALS: readonly FastTrial[] = [
  {
    scene: 'a plane on the face of bricks',
    way: 'camera free',
    by: [],
    mutants: [
      mutant(
        'a brick without the voxels on its far faces',
        'ranges.wgsl',
        'min(first + BRICK, view.shape - 1u)',
        'min(first + BRICK - 1u, view.shape - 1u)',
      ),
    ],
  },
  {
    scene: 'a plane that just matters',
    way: 'camera free',
    by: [],
    mutants: [
      mutant(
        'the highest cell of a range left out',
        'lookup.wgsl',
        'cell_of_intensity(channel, most) + 1u]',
        'cell_of_intensity(channel, most)]',
      ),
    ],
  },
  {
    scene: 'blobs',
    way: 'camera free',
    by: [],
    mutants: [
      mutant(
        'samples beyond a brick that is left out',
        'march.wgsl',
        'ceil(passes_ahead(march, brick) - FACE)',
        'ceil(passes_ahead(march, brick) + 1.0)',
      ),
    ],
  },
  {
    scene: 'blobs',
    way: 'camera free',
    by: ['skipping'],
    mutants: [
      mutant(
        'the same on the way back',
        'march.wgsl',
        'floor(passes_behind(march, brick) + FACE) + 1.0',
        'floor(passes_behind(march, brick)) - 4.0',
      ),
    ],
  },
  {
    scene: 'blobs',
    way: 'held',
    by: ['all'],
    mutants: [
      mutant(
        'what is behind clear samples forgotten',
        'projected_adjoint.wgsl',
        'piece_projected[c] - behind;',
        'piece_projected[c];',
      ),
      mutant(
        'no second moment of clear samples',
        'projected_adjoint.wgsl',
        'clear_square[c] += along[c] * along[c];',
        '',
      ),
      mutant('the transmittance of the ray all along it', 'projected_adjoint.wgsl', 'walk.beyond = front;', ''),
      mutant('the right ends of pieces forgotten', 'projected_adjoint.wgsl', 'carried = right;', ''),
      mutant('clear samples never counted', 'walk_adjoint.wgsl', 'clear && !clear_is_wanted', 'clear'),
    ],
  },
  {
    scene: 'blobs',
    way: 'held, in phases',
    by: ['all'],
    mutants: [mutant('clear samples never summed up', 'phased_adjoint.wgsl', 'sum_up_clear();', '')],
  },
  {
    scene: 'a spike between clear stretches',
    way: 'held, in phases',
    by: [],
    mutants: [
      mutant(
        'the cell before',
        'lookup.wgsl',
        'lookup.tables[c].matter[cell] == lookup.tables[c].matter[cell + 1u]',
        'lookup.tables[c].matter[max(cell, 20u) - 20u] == lookup.tables[c].matter[max(cell, 20u) - 19u]',
      ),
      mutant('the range of a span without its top', 'hold.wgsl', 'most = max(most, probe.w);', 'most = least;'),
    ],
  },
  {
    scene: 'what matters in one channel only',
    way: 'camera free',
    by: [],
    mutants: [mutant('bricks by the last channel alone', 'occupied.wgsl', 'some = some || matters', 'some = matters')],
  },
  {
    scene: 'what matters in one channel only',
    way: 'held',
    by: [],
    mutants: [mutant('spans by the last channel alone', 'samples.wgsl', 'some = some || matters', 'some = matters')],
  },
  {
    scene: 'opaque',
    way: 'held',
    by: [],
    mutants: [mutant('rays that end too early', 'fast_forward.wgsl', 'seen.depth > lookup.opaque', 'seen.depth > 7.0')],
  },
  {
    scene: 'opaque',
    way: 'held',
    by: ['skipping'],
    mutants: [
      mutant(
        'the way back from behind where the ray ended',
        'fast_adjoint.wgsl',
        'ends[pixel.y * view.width + pixel.x];',
        'max(view.steps, ends[pixel.y * view.width + pixel.x]);',
      ),
    ],
  },
];
