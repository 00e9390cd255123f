/**
 * Says what this machine can run voxstyle on: one probe a tier, each with a status, the evidence for it and a remedy.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { oneLine } from '../errors.js';
import type { DeviceReport, Finding } from './device-probe.js';
import { remedyFor, TIERS, type Tier } from './device-tiers.js';

export interface TierDiagnosis {
  tier: Tier;
  /** `absent`: there is no such adapter. `broken`: there is one, and it fails, crashes, hangs or computes wrongly. */
  status: 'ok' | 'absent' | 'broken';
  /** What was seen, in one line. */
  evidence: string;
  /** What to do, an imperative; empty when the status is ok. */
  remedy: string;
  /** Present when the tier gives a device, even one that fails the self-test. */
  report?: DeviceReport;
}

/** Plain data, fit for JSON. */
export interface Diagnosis {
  /** Version of Node.js. */
  node: string;
  /** Operating system and processor: `linux x64`. */
  platform: string;
  /** Version of the npm package webgpu. */
  webgpu: string;
  /** The variables of the environment that change which device is found, those that are set. */
  environment: Record<string, string>;
  tiers: TierDiagnosis[];
  /** The first tier that works, which `auto` takes; null when none does: the command then exits with 69. */
  chosen: Tier | null;
}

const VARIABLES = ['VOXSTYLE_DEVICE', 'VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'XDG_CACHE_HOME'];

/**
 * Probes all tiers, at once, each in a process of its own, so that a driver's crash or hang is a finding like others.
 *
 * @param options.timeout after how many ms a probe counts as hung; a cold driver takes about one second.
 */
export async function diagnose({ timeout = 30_000 } = {}): Promise<Diagnosis> {
  const tiers = await Promise.all(TIERS.map((tier) => probeTier(tier, timeout)));
  const set = VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    webgpu: webgpuVersion(),
    environment: Object.fromEntries(set),
    tiers,
    chosen: tiers.find(({ status }) => status === 'ok')?.tier ?? null,
  };
}

function webgpuVersion(): string {
  try {
    const path = createRequire(import.meta.url).resolve('webgpu/package.json');
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  } catch {
    return 'not installed';
  }
}

/** Runs the probe's process (this module's sibling, compiled or not) to its end. */
function probeTier(tier: Tier, timeout: number): Promise<TierDiagnosis> {
  const entry = fileURLToPath(new URL(`./device-probe${extname(import.meta.url)}`, import.meta.url));
  return new Promise((resolve) => {
    // The finding comes over a channel of its own, since drivers print where they like.
    const child = fork(entry, [tier], { silent: true, timeout, killSignal: 'SIGKILL' });
    let finding: Finding | undefined;
    let printed = '';
    const started = performance.now();
    child.stderr!.on('data', (chunk) => {
      printed = (printed + chunk).slice(-300);
    });
    child.stdout!.resume();
    child.on('message', (received) => {
      finding = received as Finding;
    });
    child.on('error', (error) => resolve(broken(tier, `the probe can't be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (finding) return resolve(judge(tier, finding));
      const end =
        performance.now() - started >= timeout
          ? `hung for ${timeout / 1000} s and was stopped`
          : `crashed (${signal ?? `exit code ${code}`})`;
      resolve(broken(tier, oneLine(`the driver ${end}; it printed last: ${printed || 'nothing'}`)));
    });
  });
}

function judge(tier: Tier, finding: Finding): TierDiagnosis {
  if ('status' in finding) {
    const { status, evidence, remedy } = finding;
    return { tier, status, evidence, remedy };
  }
  const { maxError, tolerance, passed } = finding.selfTest;
  if (passed) return { tier, status: 'ok', evidence: finding.driver, remedy: '', report: finding };
  const evidence = `${finding.driver}: the self-test is off by ${maxError ?? 'a NaN or infinity'}, allowed is ${tolerance}`;
  return { ...broken(tier, evidence), report: finding };
}

function broken(tier: Tier, evidence: string): TierDiagnosis {
  const remedy = `set VOXSTYLE_DEVICE to a tier that is ok, or ${remedyFor(tier)}`;
  return { tier, status: 'broken', evidence, remedy };
}

/** The diagnosis as lines for people. */
export function formatDiagnosis(diagnosis: Diagnosis): string {
  const { node, platform, webgpu, environment, tiers, chosen } = diagnosis;
  return [
    `Node.js ${node}, ${platform}, webgpu ${webgpu}`,
    ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ...tiers.flatMap(formatTier),
    chosen ? `auto takes: ${chosen}` : 'auto takes: nothing, there is no usable device',
  ].join('\n');
}

function formatTier({ tier, status, evidence, remedy, report }: TierDiagnosis): string[] {
  const lines = [`${status.padEnd(6)} ${tier}: ${evidence}`];
  const add = (name: string, value: string) => lines.push(`       ${name}: ${value}`);
  if (remedy) add('remedy', remedy);
  if (report) {
    const { maxError, tolerance, milliseconds } = report.selfTest;
    add(
      'self-test',
      `largest relative error ${maxError?.toExponential(1) ?? 'not finite'} of ${tolerance} allowed, ${milliseconds} ms`,
    );
    add(
      'limits',
      Object.entries(report.limits)
        .map((entry) => entry.join(' '))
        .join(', '),
    );
    if (report.subgroupSize) add('subgroups', `${[...new Set(report.subgroupSize)].join(' to ')} lanes`);
    add('features', report.features.join(' '));
  }
  return lines;
}
