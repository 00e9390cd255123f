export { type Channel, type Cube, type Samples, worldExtent } from './cube.js';
export { describeCube } from './describe.js';
export { downsample, type Factors, levelThatFits } from './downsample.js';
export { loadCube } from './load.js';
export { makePhantom, makePhantomWithLabels, type PhantomKind, type PhantomOptions } from './phantom.js';
export type { LabelledPhantom, PhantomLabel } from './phantom-scene.js';
export type { RawOptions } from './raw.js';
export { DTYPES, type Dtype, type Endian, isDtype } from './samples.js';
