import { type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D, tf } from '../../tensors/index.js';

export type Op = (...xs: Tensor[]) => Tensor;
export interface Case {
  name: string;
  op: Op;
  shapes: number[][];
}

const image = [2, 6, 7, 3];
const as4 = (x: Tensor | undefined) => x as Tensor4D;
const whole = (...values: number[]) => tf.tensor1d(values, 'int32');

/** Linear in each operand, so that ⟨u, op(v)⟩ = ⟨∂⟨u, op(x)⟩/∂x, v⟩ for every v. Those whose gradients are our own. */
export const linear: Case[] = [
  ...(['reflect', 'symmetric'] as const).flatMap(
    (mode) =>
      [
        {
          name: `mirrorPad ${mode}`,
          op: (x) =>
            tf.mirrorPad(
              x!,
              [
                [0, 0],
                [2, 1],
                [0, 3],
                [1, 0],
              ],
              mode,
            ),
          shapes: [image],
        },
        { name: `mirrorPad ${mode} 1D`, op: (x) => tf.mirrorPad(x!, [[3, 2]], mode), shapes: [[4]] },
      ] as Case[],
  ),
  { name: 'stridedSlice', op: (x) => tf.stridedSlice(x!, [0, 1, 6], [2, 6, 0], [1, 2, -3]), shapes: [image] },
  {
    name: 'stridedSlice mask',
    op: (x) => tf.stridedSlice(x!, [1, 1], [1, 5], [1, 2], 1, 0, 0, 0, 1),
    shapes: [[5, 6]],
  },
  {
    name: 'gatherND',
    op: (x) => tf.gatherND(x!, tf.tensor2d([1, 0, 2, 2, 1, 0], [3, 2], 'int32')),
    shapes: [[3, 4, 2]],
  },
  { name: 'depthToSpace', op: (x) => tf.depthToSpace(as4(x), 2), shapes: [[1, 2, 3, 8]] },
  { name: 'gather', op: (x) => tf.gather(x!, whole(2, 0, 2), 1), shapes: [[2, 3, 2]] },
  { name: 'unsortedSegmentSum', op: (x) => tf.unsortedSegmentSum(x!, whole(1, 0, 1), 2), shapes: [[3, 2]] },
  ...['ab,bc->ac', 'abc->b', 'ab,b->a', 'ab,ab->', 'abc,dbc->da'].map((equation) => ({
    name: `einsum ${equation}`,
    op: (...xs: Tensor[]) => tf.einsum(equation, ...xs),
    shapes: equation
      .split('->')[0]!
      .split(',')
      .map((labels) => [...labels].map((label) => 'abcd'.indexOf(label) + 2)),
  })),
];

/** Those that the cpu backend of TensorFlow.js fails on: outer products, and pictures that aren't square. */
export const beyondCpu: Case[] = [
  {
    name: 'einsum ab,cd->ad',
    op: (...xs) => tf.einsum('ab,cd->ad', ...xs),
    shapes: [
      [2, 3],
      [4, 5],
    ],
  },
  { name: 'resizeBilinear', op: (x) => tf.image.resizeBilinear(x as Tensor3D, [9, 5], true), shapes: [image] },
  {
    name: 'resizeBilinear, centres',
    op: (x) => tf.image.resizeBilinear(x as Tensor3D, [3, 4], false, true),
    shapes: [image],
  },
  {
    name: 'resizeBilinear, centres, larger',
    op: (x) => tf.image.resizeBilinear(x as Tensor3D, [6, 17], false, true),
    shapes: [image],
  },
  {
    name: 'resizeNearestNeighbor',
    op: (x) => tf.image.resizeNearestNeighbor(x as Tensor3D, [12, 14]),
    shapes: [image],
  },
];

const norm = (x: Tensor, axes: number[]) => {
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3)));
};

/** What layers and losses are made of. */
export const layers: Case[] = [
  ...linear,
  ...[1, 2, [1, 2]].flatMap((strides) =>
    (
      [
        'same',
        'valid',
        [
          [0, 0],
          [1, 1],
          [2, 0],
          [0, 0],
        ],
      ] as 'same'[]
    ).flatMap(
      (pad) =>
        [
          {
            name: `conv2d ${strides} ${pad}`,
            op: (x, f) => tf.conv2d(as4(x), as4(f), strides as 1, pad),
            shapes: [image, [3, 2, 3, 4]],
          },
          {
            name: `depthwise ${strides} ${pad}`,
            op: (x, f) => tf.depthwiseConv2d(as4(x), as4(f), strides as 1, pad),
            shapes: [image, [3, 2, 3, 2]],
          },
        ] as Case[],
    ),
  ),
  {
    name: 'conv2dTranspose',
    op: (x, f) => tf.conv2dTranspose(as4(x), as4(f), [2, 12, 14, 4], 2, 'same'),
    shapes: [image, [3, 3, 4, 3]],
  },
  {
    name: 'separableConv2d',
    op: (x, d, p) => tf.separableConv2d(as4(x), as4(d), as4(p), 1, 'same'),
    shapes: [image, [3, 3, 3, 1], [1, 1, 3, 2]],
  },
  {
    name: 'batchNorm',
    op: (x, m, s) => tf.batchNorm(x!, m as Tensor1D, tf.square(m!) as Tensor1D, m as Tensor1D, s as Tensor1D),
    shapes: [image, [3], [3]],
  },
  { name: 'instance norm', op: (x) => norm(x!, [1, 2]), shapes: [image] },
  { name: 'layer norm', op: (x) => norm(x!, [-1]), shapes: [[4, 8]] },
  {
    name: 'matMul',
    op: (a, b) => tf.matMul(a!, b!),
    shapes: [
      [5, 4],
      [4, 3],
    ],
  },
  {
    name: 'matMul, transposed',
    op: (a, b) => tf.matMul(a!, b!, true, true),
    shapes: [
      [2, 4, 5],
      [2, 3, 4],
    ],
  },
  { name: 'maxPool', op: (x) => tf.maxPool(as4(x), 3, 2, 'same'), shapes: [image] },
  { name: 'avgPool', op: (x) => tf.avgPool(as4(x), [2, 3], 1, 'valid'), shapes: [image] },
  { name: 'cumsum', op: (x) => tf.cumsum(x!, 1, true, true), shapes: [image] },
  { name: 'topk', op: (x) => tf.topk(x!, 3).values, shapes: [[2, 4, 5]] },
  { name: 'softmax', op: (x) => tf.softmax(x!), shapes: [[3, 5]] },
  { name: 'logSoftmax', op: (x) => tf.logSoftmax(x!), shapes: [[3, 5]] },
  { name: 'logSumExp', op: (x) => tf.logSumExp(x!, 1), shapes: [[3, 5]] },
  { name: 'tile', op: (x) => tf.tile(x!, [2, 1, 3]), shapes: [[2, 3, 2]] },
  {
    name: 'stack, unstack',
    op: (a, b) => tf.unstack(tf.stack([a!, b!, a!], 1), 1)[2]!,
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  {
    name: 'concat, split',
    op: (a, b) => tf.split(tf.concat([a!, b!], 1), [1, 4], 1)[1]!,
    shapes: [
      [2, 3],
      [2, 2],
    ],
  },
  { name: 'slice', op: (x) => tf.slice(x!, [1, 2, 0, 1], [1, 3, 5, 2]), shapes: [image] },
  {
    name: 'pad',
    op: (x) =>
      tf.pad(x!, [
        [0, 0],
        [1, 2],
        [3, 0],
        [0, 0],
      ]),
    shapes: [image],
  },
  { name: 'transpose, reverse', op: (x) => tf.reverse(tf.transpose(x!, [3, 1, 0, 2]), [0, 1]), shapes: [image] },
  {
    name: 'spaceToBatchND',
    op: (x) =>
      tf.spaceToBatchND(
        x!,
        [2, 2],
        [
          [0, 0],
          [1, 0],
        ],
      ),
    shapes: [image],
  },
  ...(
    [
      'elu',
      'selu',
      'leakyRelu',
      'relu',
      'relu6',
      'sigmoid',
      'tanh',
      'softplus',
      'abs',
      'square',
      'exp',
      'sin',
      'cos',
      'erf',
      'reciprocal',
      'neg',
      'atan',
      'asinh',
      'expm1',
    ] as const
  ).map((name) => ({ name, op: ((x: Tensor) => tf[name](x)) as Op, shapes: [[3, 4]] })),
  ...(['sqrt', 'rsqrt', 'log', 'log1p'] as const).map((name) => ({
    name,
    op: ((x: Tensor) => tf[name](tf.add(tf.abs(x), 0.1))) as Op,
    shapes: [[3, 4]],
  })),
  { name: 'prelu', op: (x, a) => tf.prelu(x!, a!), shapes: [[3, 4], [4]] },
  { name: 'norm', op: (x) => tf.norm(x!, 'euclidean', 1), shapes: [[3, 4]] },
  { name: 'pow', op: (a, b) => tf.pow(tf.add(tf.abs(a!), 0.1), b!), shapes: [[3, 4], [4]] },
  { name: 'maximum, minimum', op: (a, b) => tf.minimum(tf.maximum(a!, b!), 0.5), shapes: [[3, 4], [4]] },
  {
    name: 'div',
    op: (a, b) => tf.div(a!, tf.add(tf.abs(b!), 1)),
    shapes: [
      [3, 4],
      [3, 1],
    ],
  },
  {
    name: 'where, clip',
    op: (a, b) => tf.where(tf.greater(a!, b!), a!, tf.clipByValue(b!, -1, 1)),
    shapes: [
      [3, 4],
      [3, 4],
    ],
  },
  {
    name: 'mean, max, min, prod',
    op: (x) => tf.addN([tf.mean(x!, 1), tf.max(x!, 1), tf.min(x!, 1), tf.prod(x!, 1)]),
    shapes: [[3, 4]],
  },
  { name: 'squaredDifference', op: (a, b) => tf.squaredDifference(a!, b!), shapes: [[3, 4], [4]] },
  {
    name: 'atan2, mod',
    op: (a, b) => tf.add(tf.atan2(a!, b!), tf.mod(a!, tf.add(tf.abs(b!), 1))),
    shapes: [
      [3, 4],
      [3, 4],
    ],
  },
  { name: 'dot', op: (a, b) => tf.dot(a!, b!), shapes: [[5], [5]] },
  { name: 'localResponseNormalization', op: (x) => tf.localResponseNormalization(as4(x)), shapes: [image] },
  { name: 'avgPool3d', op: (x) => tf.avgPool3d(x as never, 2, 1, 'same'), shapes: [[1, 4, 4, 4, 2]] },
  { name: 'maxPool3d', op: (x) => tf.maxPool3d(x as never, 2, 1, 'same'), shapes: [[1, 4, 4, 4, 2]] },
  { name: 'oneHot, matMul', op: (x) => tf.matMul(tf.oneHot(whole(1, 0, 2), 3), x as Tensor2D), shapes: [[3, 4]] },
];
