import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Device, openTier, TIERS } from '../engine/device.js';
import { toVector } from '../engine/psi-vector.js';
import { Renderer } from '../engine/renderer.js';
import { peerCube, peerLoss, peerPsi } from './peer-scene.js';

/**
 * This project beside the two peer programs, on their scene and in one run: milliseconds for a forward pass and for forward +
 * adjoint (medians), readback included, and the figures by which the three can be compared. A peer that can't be run is named.
 *
 *     npx tsx bench/peers.ts --peers FOLDER
 */
const { values } = parseArgs({
  options: {
    peers: { type: 'string' },
    runs: { type: 'string', default: '9' },
    n: { type: 'string', default: '128' },
    size: { type: 'string', default: '256' },
    steps: { type: 'string', default: '256' },
  },
});
const [n, size, steps, runs] = [values.n, values.size, values.steps, values.runs].map(Number) as [
  number,
  number,
  number,
  number,
];

interface Row {
  name: string;
  forward: number;
  both: number;
  mean: number[];
  gradient: number[];
}
const rows: Row[] = [];
const missing: string[] = [];
const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1]!;

async function measure(device: Device): Promise<Row> {
  const renderer = await Renderer.open(device, peerCube(n));
  const psi = peerPsi(steps);
  const { paths } = toVector(psi);
  const forward: number[] = [];
  const both: number[] = [];
  let mean: number[] = [];
  const gradient = [0, 0, 0, 0];
  for (let run = 0; run <= runs; run++) {
    const begun = performance.now();
    const frame = await renderer.forward(psi, { width: size, height: size });
    const rendered = performance.now() - begun;
    const loss = peerLoss(frame.picture);
    const resumed = performance.now();
    const natural = await renderer.adjoint(frame, loss.upstream);
    const total = rendered + performance.now() - resumed;
    // The first run compiles.
    if (run > 0) forward.push(rendered) && both.push(total);
    mean = loss.mean;
    gradient.fill(0);
    for (const [i, path] of paths.entries()) {
      const channel = path.endsWith('.extinction') ? 3 : /\.color\.(\d)$/.exec(path)?.[1];
      if (channel !== undefined) gradient[Number(channel)]! += natural[i]!;
    }
  }
  renderer.close();
  return { name: device.driver, forward: median(forward), both: median(both), mean, gradient };
}

function peer(name: string, command: string, words: string[]): void {
  try {
    const out = execFileSync(command, words, { encoding: 'utf8' });
    const list = (key: string) =>
      out
        .match(new RegExp(`${key}=([\\d.,e+-]+)`))![1]!
        .split(',')
        .map(Number);
    const [forward, both] = [list('forward_ms')[0]!, list('forward_adjoint_ms')[0]!];
    rows.push({ name, forward, both, mean: list('mean'), gradient: list('grad') });
  } catch (error) {
    missing.push(`${name} (${(error as Error).message.split('\n')[0]})`);
  }
}

const scene = ['--n', `${n}`, '--size', `${size}`, '--steps', `${steps}`];
if (values.peers) {
  const binary = join(mkdtempSync(join(tmpdir(), 'voxstyle-peers-')), 'simd_limit');
  const flags = ['-O3', '-march=native', '-ffast-math', '-fopenmp'];
  try {
    execFileSync('g++', [...flags, join(values.peers, 'simd_limit.cpp'), '-o', binary]);
  } catch {
    missing.push('a build of simd_limit.cpp');
  }
  peer('simd_limit.cpp', binary, [...scene, '--runs', `${runs}`]);
  peer('torch_autograd.py', '/usr/bin/python3', [join(values.peers, 'torch_autograd.py'), ...scene, '--runs', '3']);
}
for (const tier of TIERS) {
  const device = await openTier(tier);
  if (device instanceof Device) {
    rows.push(await measure(device));
    device.close();
  } else missing.push(`${tier} (${device.evidence})`);
}

const [first] = rows as [Row];
console.log(`${n}³ voxels, ${size}² pixels, ${steps} steps, 64 knots; ratios to ${first.name}`);
console.log('program\tforward ms\tforward+adjoint ms\tratio\tmean r,g,b,T\tgradient sums r,g,b,extinction');
for (const { name, forward, both, mean, gradient } of rows) {
  const figures = (list: number[], digits: number) => list.map((value) => value.toFixed(digits)).join(' ');
  const ratio = (both / first.both).toFixed(2);
  console.log([name, forward.toFixed(1), both.toFixed(1), ratio, figures(mean, 6), figures(gradient, 4)].join('\t'));
}
for (const name of missing) console.log(`missing: ${name}`);
