export { type Channel, type Cube, type Samples, worldExtent } from './cube.js';
export { describeCube } from './describe.js';
export { loadCube } from './load.js';
export {
  type LabelledPhantom,
  makePhantom,
  makePhantomWithLabels,
  type PhantomKind,
  type PhantomLabel,
  type PhantomOptions,
} from './phantom.js';
export type { RawOptions } from './raw.js';
export { DTYPES, type Dtype, type Endian, isDtype } from './samples.js';
