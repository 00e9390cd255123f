import { usage } from '../errors.js';
import type { Tensor3D } from '../tensors/index.js';
import type { Features } from './features.js';

/**
 * Makes sure that a picture has the layers that are wanted of it.
 *
 * @throws VoxstyleError `usage` when a layer isn't one of the features', or the picture is too small for it.
 */
export function checkWanted(features: Features, colours: Tensor3D, wanted: ReadonlySet<string>): void {
  const [height, width] = colours.shape;
  for (const name of wanted) {
    const layer = features.layers.find((layer) => layer.name === name);
    if (!layer) {
      const names = features.layers.map(({ name }) => name).join(', ');
      throw usage(`layer of ${features.name}`, `one of ${names}`, name, 'choose one of them');
    }
    if (Math.min(height, width) < layer.leastSide) {
      const least = `at least ${layer.leastSide} pixels on each side of the picture`;
      const found = `${width} × ${height}`;
      throw usage(`layer ${name} of ${features.name}`, least, found, 'render larger pictures or leave the layer out');
    }
  }
}
