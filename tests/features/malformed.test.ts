import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ErrorCode } from '../../errors.js';
import { loadNetwork } from '../../features/index.js';
import { refused } from '../refused.js';
import { convolutionTensors, flat, safetensors, scratch } from './networks.js';

const test = suite('features/malformed');
const put = scratch();

const weights = [...convolutionTensors('a', 4, 3, 3, 1), ...convolutionTensors('b', 5, 4, 3, 2)];
const { bytes, tensors } = flat(weights);
put('weights.bin', bytes);
put('weights.safetensors', safetensors(weights));
put('short.bin', bytes.subarray(0, bytes.length - 4));
put('nan.bin', Buffer.concat([Buffer.from('000000000000c07f', 'hex'), bytes.subarray(8)]));

const layers = [
  { type: 'conv', name: 'a', padding: { mode: 'reflect', width: 1 }, relu: true },
  { type: 'maxpool', size: 2 },
  { type: 'conv', name: 'b', relu: true },
];
const good = { layers, taps: ['a', 'b'], tensors };
const stored = { layers, taps: ['a', 'b'], weights: 'weights.safetensors' };
const short = { padding: 'reflect 1', maxpool: '2x2 stride 2, after a', taps: 'a, b', tensors };

type Json = Record<string, unknown>;
const withLayer = (index: number, change: Json) =>
  layers.map((layer, i) => (i === index ? { ...layer, ...change } : layer));
const withTensor = (index: number, change: Json) => tensors.map((t, i) => (i === index ? { ...t, ...change } : t));

/** A manifest whose .safetensors file is spoilt. */
function spoilt(name: string, file: Buffer): Json {
  put(name, file);
  return { ...stored, weights: name };
}

const header = (edit: Parameters<typeof safetensors>[2]) => safetensors(weights, 'F32', edit);
const long = Buffer.alloc(64);
long.writeBigUInt64LE(1n << 60n);
const whole = header(() => {});

const cases: { what: string; manifest: Json | string; says: RegExp; code?: ErrorCode }[] = [
  { what: 'no JSON', manifest: '{', says: /\.json: expected JSON/ },
  { what: 'an array', manifest: '[]', says: /at document/ },
  { what: 'neither form', manifest: {}, says: /with `layers` or in the short form.*at tensors/ },
  { what: 'no layers', manifest: { ...good, layers: [] }, says: /at layers/ },
  { what: 'a misspelt field', manifest: { ...good, inputs: {} }, says: /inputs/ },
  {
    what: 'a misspelt field of a layer',
    manifest: { ...good, layers: withLayer(0, { pad: 1 }) },
    says: /layers\.0.*pad/,
  },
  {
    what: 'an unknown layer',
    manifest: { ...good, layers: withLayer(1, { type: 'pool' }) },
    says: /at layers\.1\.type/,
  },
  {
    what: 'relu left out',
    manifest: { ...good, layers: withLayer(0, { relu: undefined }) },
    says: /at layers\.0\.relu/,
  },
  { what: 'a stride of 0', manifest: { ...good, layers: withLayer(0, { stride: 0 }) }, says: /at layers\.0\.stride/ },
  {
    what: 'windows with gaps',
    manifest: { ...good, layers: withLayer(1, { stride: 3 }) },
    says: /layers\.1.*stride must be at most size/,
  },
  {
    what: 'two of one name',
    manifest: { ...good, layers: withLayer(2, { name: 'a' }) },
    says: /two layers are named a/,
  },
  { what: 'an unknown tap', manifest: { ...good, taps: ['a', 'c'] }, says: /at taps: no layer is named c/ },
  { what: 'a tap twice', manifest: { ...good, taps: ['a', 'a'] }, says: /at taps: a is listed twice/ },
  { what: 'no taps', manifest: { ...good, taps: [] }, says: /at taps/ },
  {
    what: 'an unknown layer for the code',
    manifest: { ...good, code: { layers: ['c'] } },
    says: /at code\.layers: .*c$|c;/,
  },
  { what: 'a std of 0', manifest: { ...good, input: { std: [1, 0, 1] } }, says: /at input\.std\.1/ },
  { what: 'a flat file without tensors', manifest: { ...good, tensors: undefined }, says: /at tensors: must list/ },
  {
    what: 'a flat file without an offset',
    manifest: { ...good, tensors: withTensor(1, { offset: undefined }) },
    says: /at tensors\.1\.offset/,
  },
  { what: 'another dtype', manifest: { ...good, dtype: 'float64le' }, says: /at dtype/ },
  {
    what: 'no weights',
    manifest: { ...good, weights: 'gone.bin' },
    says: /gone\.bin.*no such file/,
    code: 'missing-input',
  },

  { what: 'an unreadable padding', manifest: { ...short, padding: 'same' }, says: /at padding: .*reflect 1/ },
  { what: 'an unreadable pool', manifest: { ...short, maxpool: '2 after a' }, says: /at maxpool: .*2x2 stride 2/ },
  { what: 'oblong pools', manifest: { ...short, maxpool: '2x3 stride 2, after a' }, says: /at maxpool: .*square/ },
  {
    what: 'a pool after nothing',
    manifest: { ...short, maxpool: '2x2 stride 2, after c' },
    says: /no tensor c\.weight/,
  },
  { what: 'a tap of nothing', manifest: { ...short, taps: 'relu1_1' }, says: /at taps: no layer is named relu1_1/ },

  {
    what: 'a file that is cut off',
    manifest: { ...good, weights: 'short.bin' },
    says: /short\.bin: tensor b\.bias.*1168/,
  },
  {
    what: 'an offset beyond the file',
    manifest: { ...good, tensors: withTensor(3, { offset: 4000 }) },
    says: /weights\.bin: tensor b\.bias.*4000…4019/,
  },
  {
    what: 'tensors that overlap',
    manifest: { ...good, tensors: withTensor(1, { offset: 4 }) },
    says: /tensor a\.bias.*those of a\.weight/,
  },
  {
    what: 'a tensor twice',
    manifest: { ...good, tensors: withTensor(1, { name: 'a.weight' }) },
    says: /a\.weight.*twice/,
  },
  {
    what: 'a missing tensor',
    manifest: { ...good, tensors: tensors.slice(0, 3) },
    says: /weights\.bin: tensor b\.bias.*only a\.weight, a\.bias, b\.weight/,
  },
  {
    what: 'NaN',
    manifest: { ...good, weights: 'nan.bin' },
    says: /nan\.bin: tensor a\.weight.*finite numbers, found NaN at 1/,
  },
  {
    what: 'a kernel of too few dimensions',
    manifest: { ...good, tensors: withTensor(2, { shape: [5, 36] }) },
    says: /tensor b\.weight: expected out × in × height × width, found shape 5×36/,
  },
  {
    what: 'channels that do not meet',
    manifest: { ...good, tensors: withTensor(2, { shape: [4, 5, 3, 3] }) },
    says: /tensor b\.weight: expected 4 channels in, those of a, found shape 4×5×3×3/,
  },
  {
    what: 'a picture of other than three channels',
    manifest: { ...good, tensors: withTensor(0, { shape: [3, 4, 3, 3] }) },
    says: /3 channels in, those of the picture/,
  },
  {
    what: 'a bias of another length',
    manifest: { ...good, tensors: withTensor(3, { shape: [4] }) },
    says: /tensor b\.bias: expected shape 5, one for each channel, found shape 4/,
  },

  {
    what: 'safetensors of no length',
    manifest: spoilt('1.safetensors', Buffer.alloc(3)),
    says: /1\.safetensors.*3 bytes/,
  },
  {
    what: 'a header beyond the file',
    manifest: spoilt('2.safetensors', long),
    says: /a header of 1152921504606846976 bytes/,
  },
  {
    what: 'a header that is not JSON',
    manifest: spoilt(
      '3.safetensors',
      Buffer.concat([whole.subarray(0, 8), Buffer.alloc(512, '?'), whole.subarray(520)]),
    ),
    says: /3\.safetensors.*header/,
  },
  {
    what: 'an unknown dtype',
    manifest: spoilt(
      '4.safetensors',
      header((h) => Object.assign(h['a.bias']!, { dtype: 'F33' })),
    ),
    says: /4\.safetensors: tensor a\.bias.*F33/,
  },
  {
    what: 'a dtype that weights do not have',
    manifest: spoilt(
      '5.safetensors',
      header((h) => Object.assign(h['a.bias']!, { dtype: 'I32' })),
    ),
    says: /tensor a\.bias: expected numbers of F32, F16, BF16, found I32/,
  },
  {
    what: 'a shape of another size',
    manifest: spoilt(
      '6.safetensors',
      header((h) => Object.assign(h['a.bias']!, { shape: [5] })),
    ),
    says: /tensor a\.bias: expected 20 bytes for shape 5 of F32, found data_offsets 432, 448/,
  },
  {
    what: 'data that overlap',
    manifest: spoilt(
      '7.safetensors',
      header((h) => Object.assign(h['a.bias']!, { data_offsets: [416, 432] })),
    ),
    says: /tensor a\.bias: expected data from byte 432.*found 416|tensor a\..*found/,
  },
  {
    what: 'data that end too early',
    manifest: spoilt('8.safetensors', whole.subarray(0, whole.length - 4)),
    says: /8\.safetensors: expected .* as its header says/,
  },
  {
    what: 'no data_offsets',
    manifest: spoilt(
      '9.safetensors',
      header((h) => delete h['b.bias']!.data_offsets),
    ),
    says: /at b\.bias\.data_offsets/,
  },
  {
    what: 'another shape than the manifest says',
    manifest: { ...stored, tensors: [{ name: 'a.bias', shape: [3] }] },
    says: /weights\.safetensors: tensor a\.bias: expected shape 3 as in the manifest, found 4/,
  },
];

for (const [index, { what, manifest, says, code = 'bad-input' }] of cases.entries()) {
  test(`${what} is refused`, async () => {
    const path = put(`${index}.json`, typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
    const error = await refused(() => loadNetwork(path));
    assert.is(error.code, code);
    assert.match(error.message, says);
  });
}

test('what these are made of is accepted', async () => {
  for (const [name, manifest] of Object.entries({ good, stored, short })) {
    const network = await loadNetwork(put(`${name}.json`, JSON.stringify(manifest)));
    assert.equal(network.defaultLayers, ['a', 'b'], name);
  }
});

test('a manifest that is not there is refused', async () => {
  const error = await refused(() => loadNetwork('/nowhere/manifest.json'));
  assert.is(error.code, 'missing-input');
  assert.match(error.message, /manifest of a network.*no such file/);
});

test.run();
