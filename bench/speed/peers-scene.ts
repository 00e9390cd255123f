import { freeParameters } from '../../engine/psi-parameters.js';
import { peerCube, peerLoss, peerPsi } from '../peer-scene.js';
import { interleave, type Outcome } from './clock.js';
import type { Bench, Figures, LeftOutEvent, RowEvent, Section } from './events.js';
import { difference, figuresOf } from './figures.js';
import { timeIterations } from './iteration.js';
import { compareWithSimple, openAll, rowOf } from './measure.js';
import { findPeers, PEERS, type PeerName, type PeerProgram, type PeerScene, TORCH_CUDA } from './peer-programs.js';
import { FAST, FROZEN, KNOTS_FREE, type Scene, SIMPLE } from './scene.js';

const FULL: PeerScene = { n: 128, size: 256, steps: 256 };
const QUICK: PeerScene = { n: 16, size: 32, steps: 16 };
export const peerDimensions = ({ quick }: Pick<Bench, 'quick'>): PeerScene => (quick ? QUICK : FULL);

/** The peers' own scene; the gradient of the knots' colours and extinctions, as they compute it. */
export function peersScene(bench: Pick<Bench, 'quick'>): Scene {
  const { n, size, steps } = peerDimensions(bench);
  const psi = peerPsi(steps);
  return {
    name: `peers’ scene, ${n}³ voxels, ${size}² pixels, ${steps} steps, 64 knots`,
    cube: peerCube(n),
    psi,
    size: { width: size, height: size },
    paths: freeParameters(psi, KNOTS_FREE).paths,
    upstream: (picture) => peerLoss(picture).upstream,
  };
}

/** This project and the peer programs on their scene, round by round, and whole iterations of a refinement. */
export async function measurePeersScene(
  bench: Bench,
  folder: string | undefined,
): Promise<(RowEvent | LeftOutEvent)[]> {
  const scene = peersScene(bench);
  const asked: readonly PeerName[] = bench.device.software ? PEERS : [...PEERS, TORCH_CUDA];
  const found = folder === undefined ? undefined : await findPeers(folder, peerDimensions(bench), asked, bench.signal);
  const left: LeftOutEvent[] = [];
  const miss = (way: string, reason: string) =>
    left.push({ type: 'missing', section: 'peers', scene: scene.name, way, reason });
  for (const { name, reason } of found?.missing ?? []) miss(name, reason);
  const { opened, skipped } = await openAll(bench, 'peers', scene, [SIMPLE, FAST, FROZEN]);
  try {
    const outcomes = await interleave([...opened, ...(found?.peers ?? [])], bench.runs, bench.signal);
    const rows = opened.flatMap((one) => {
      const row = rowOf('peers', one, outcomes.get(one)!);
      return row?.type === 'row' ? { ...row, figures: figuresOf(one)! } : (row ?? []);
    });
    const peers = (found?.peers ?? []).flatMap((peer) => {
      const outcome = outcomes.get(peer)!;
      if (outcome.refused !== undefined) miss(peer.name, outcome.refused);
      return peerRow('peers', scene, peer, outcome) ?? [];
    });
    compareWithPeers([...rows, ...peers], peers);
    compareWithSimple([...rows, ...peers]);
    // A refinement with the camera frozen keeps samples by itself; the simple kernels never do.
    const iterations = await timeIterations(
      opened.filter(({ way }) => way === SIMPLE || way === FROZEN),
      bench,
    );
    for (const [one, timings] of iterations) {
      const row = rows.find(({ way }) => way === one.name);
      if (row?.type === 'row') Object.assign(row.timings, timings);
    }
    return [...rows, ...peers, ...skipped, ...left];
  } finally {
    for (const one of opened) one.close();
    await found?.close();
  }
}

export function peerRow(
  section: Section,
  { name, size, psi }: Scene,
  peer: PeerProgram,
  { timings, first }: Outcome,
): RowEvent | undefined {
  const { mean, gradient } = peer;
  if (!timings.both || !mean || !gradient) return undefined;
  return {
    type: 'row',
    section,
    scene: name,
    way: peer.name,
    timings,
    first: first.both,
    samples: size.width * size.height * psi.sampling.steps!,
    figures: { mean, gradient },
  };
}

/** Ratios to each peer; figures against those of the first peer, or the first row where there is none. */
export function compareWithPeers(rows: readonly (RowEvent | LeftOutEvent)[], peers: readonly RowEvent[]): void {
  const measured = rows.filter((row): row is RowEvent => row.type === 'row');
  const reference: Figures | undefined = (peers[0] ?? measured[0])?.figures;
  for (const row of measured) {
    if (row.figures && reference && row.figures !== reference) {
      row.figures = { ...row.figures, difference: difference(row.figures, reference) };
    }
    row.ratios = Object.fromEntries(
      peers
        .filter((peer) => peer !== row)
        .map((peer) => [peer.way, row.timings.both!.median / peer.timings.both!.median]),
    );
  }
}
