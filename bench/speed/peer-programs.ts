import { execFile } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VoxstyleError } from '../../errors.js';
import { type Contender, type Round, Unavailable } from './clock.js';

/** Debian's torch belongs to the first, whatever else is on the path; on other machines it is wherever it was put. */
const PYTHONS = ['/usr/bin/python3', 'python3'] as const;
/** The programs that run anywhere, and the one that needs a GPU. */
export const PEERS = ['simd_limit.cpp', 'torch_autograd.py'] as const;
export const TORCH_CUDA = 'torch_autograd.py, cuda';
export type PeerName = (typeof PEERS)[number] | typeof TORCH_CUDA;
const COMPILER = ['g++', '-O3', '-march=native', '-ffast-math', '-fopenmp'] as const;

/** The edge of the volume in voxels, of the picture in pixels, and samples a ray. */
export interface PeerScene {
  n: number;
  size: number;
  steps: number;
}

/** A program that computes the peers' scene, and prints one line of figures. */
export class PeerProgram implements Contender {
  /** Of the latest round. */
  mean: readonly number[] | undefined;
  gradient: readonly number[] | undefined;

  constructor(
    readonly name: string,
    readonly command: string,
    readonly words: readonly string[],
    readonly signal?: AbortSignal,
  ) {}

  /** It warms up and counts one run each time that it is called, and times itself. @throws Unavailable */
  async round(): Promise<Round> {
    const line = await output(this.command, [...this.words, '--runs', '1'], this.signal);
    const { forward, both, mean, gradient } = readFigures(this.name, line);
    this.mean = mean;
    this.gradient = gradient;
    return { forward, both };
  }
}

/** @throws Unavailable when the line lacks a figure. */
export function readFigures(name: string, line: string) {
  const list = (key: string, count: number): number[] => {
    const found = new RegExp(`(?:^|\\s)${key}=(\\S+)`).exec(line)?.[1]?.split(',').map(Number) ?? [];
    if (found.length === count && found.every(Number.isFinite)) return found;
    throw new Unavailable(`${name} printed no ${key}: '${line.trim().slice(0, 200)}'`);
  };
  return {
    forward: list('forward_ms', 1)[0]!,
    both: list('forward_adjoint_ms', 1)[0]!,
    mean: list('mean', 4),
    gradient: list('grad', 4),
  };
}

const execute = promisify(execFile);

/** What a program prints. @throws Unavailable with what it said last, when it isn't there or fails. */
async function output(command: string, words: readonly string[], signal?: AbortSignal): Promise<string> {
  try {
    return (await execute(command, words, { signal })).stdout;
  } catch (error) {
    const { code, message, stderr = '' } = error as NodeJS.ErrnoException & { stderr?: string };
    const said = stderr.trim().split('\n').at(-1) || message.split('\n')[0]!;
    throw new Unavailable(code === 'ENOENT' ? `no ${command} on this machine` : `${command}: ${said}`);
  }
}

/** A peer, or why it can't take part. */
export interface MissingPeer {
  name: string;
  reason: string;
}

/** @throws VoxstyleError `missing-input` when there is no such folder. */
export async function requirePeers(folder: string): Promise<void> {
  if (await isThere(folder)) return;
  throw new VoxstyleError('missing-input', {
    where: folder,
    expected: 'the folder of simd_limit.cpp and torch_autograd.py',
    found: 'no such folder',
    fix: 'correct --peers',
  });
}

/**
 * The first of some Pythons that has torch, and CUDA in it where that is asked for.
 *
 * @throws Unavailable with what the last that is there said.
 */
export async function pythonWithTorch(
  cuda: boolean,
  pythons: readonly string[] = PYTHONS,
  signal?: AbortSignal,
): Promise<string> {
  const check = `import torch, sys${cuda ? "; torch.cuda.is_available() or sys.exit('torch has no CUDA device')" : ''}`;
  let reason = '';
  for (const python of pythons) {
    try {
      await output(python, ['-c', check], signal);
      return python;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (reason === '' || !error.message.startsWith('no ')) reason = error.message;
    }
  }
  throw new Unavailable(reason);
}

/**
 * The peer programs of a folder that are asked for: simd_limit.cpp, compiled here, and torch_autograd.py on the processor or on
 * CUDA.
 *
 * @returns `close` removes what was built.
 */
export async function findPeers(
  folder: string,
  { n, size, steps }: PeerScene,
  asked: readonly PeerName[],
  signal?: AbortSignal,
) {
  const built = await mkdtemp(join(tmpdir(), 'voxstyle-peers-'));
  const scene = ['--n', `${n}`, '--size', `${size}`, '--steps', `${steps}`];
  const peers: PeerProgram[] = [];
  const missing: MissingPeer[] = [];
  const add = async (name: PeerName, file: string, make: (path: string) => Promise<[string, string[]]>) => {
    if (!asked.includes(name)) return;
    const path = join(folder, file);
    try {
      if (!(await isThere(path))) throw new Unavailable(`no ${file} in ${folder}`);
      const [command, words] = await make(path);
      peers.push(new PeerProgram(name, command, [...words, ...scene], signal));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      missing.push({ name, reason: error.message });
    }
  };
  await add('simd_limit.cpp', 'simd_limit.cpp', async (path) => {
    const binary = join(built, 'simd_limit');
    const [compiler, ...flags] = COMPILER;
    await output(compiler, [...flags, path, '-o', binary], signal);
    return [binary, []];
  });
  const torch = (device: 'cpu' | 'cuda') => async (path: string) =>
    [await pythonWithTorch(device === 'cuda', PYTHONS, signal), [path, '--device', device]] as [string, string[]];
  await add('torch_autograd.py', 'torch_autograd.py', torch('cpu'));
  await add(TORCH_CUDA, 'torch_autograd.py', torch('cuda'));
  return { peers, missing, close: () => rm(built, { recursive: true, force: true }) };
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
