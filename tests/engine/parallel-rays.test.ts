import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '../reference/assert-close.js';
import { renderReference } from '../reference/renderer.js';
import { having, noise, rendererOf, rich, sampling } from './scenes.js';

/** Rays that lie in a clip plane: within the slab, as those beside it are, whatever rounding makes of their direction. */
const test = suite('renderer, rays in a clip plane');
const SIZE = { width: 5, height: 3 };

for (const azimuth of [0, 90, 180, -90]) {
  for (const fov of [0, 40]) {
    for (const end of ['min', 'max'] as const) {
      test(`azimuth ${azimuth}, ${fov ? 'perspective' : 'orthographic'}, clip.${end} in the middle`, async () => {
        const axis = azimuth % 180 === 0 ? 0 : 1;
        const clip = { min: [0, 0, 0], max: [1, 1, 1] };
        clip[end][axis] = 0.5;
        const camera = { ...rich.camera, azimuth, elevation: 0, roll: 0, fov, distance: 2, target: [0, 0, 0] };
        const psi = having(rich, { clip, camera, sampling: sampling({ steps: 12 }) } as Partial<typeof rich>);
        const renderer = await rendererOf(noise);
        const frame = await renderer.forward(psi, SIZE);
        assertClose(frame.picture.data, renderReference(noise, psi, SIZE), 1e-5, 'picture');
        // Samples here are on the faces of cells, where either side's slope will do; but no plane may count for infinitely much.
        const gradient = await renderer.adjoint(frame, frame.picture.data);
        const largest = Math.max(...gradient.map(Math.abs));
        assert.ok(largest > 0.01 && largest < 1e3, `largest gradient ${largest}`);
      });
    }
  }
}

test.run();
