/**
 * The three places where an adapter can come from, in the order in which they are tried, and how each is asked.
 */
import { constants } from 'node:os';
import { VoxstyleError } from '../errors.js';
import { bundledArchive, unpackBundledDriver } from './device-bundled.js';
import { dawnInstance } from './device-dawn.js';

/**
 * `hardware`: a GPU. `system-software`: the system's own CPU driver (Mesa's lavapipe on Linux, WARP on Windows).
 * `bundled`: SwiftShader, which comes with voxstyle on linux x64.
 */
export const TIERS = ['hardware', 'system-software', 'bundled'] as const;
export type Tier = (typeof TIERS)[number];

/** What a tier gave when it gave an adapter. */
export interface FoundAdapter {
  tier: Tier;
  adapter: GPUAdapter;
}

/** Why a tier gives no device. `absent`: there is none. `broken`: there is one and it doesn't work. */
export interface MissingTier {
  tier: Tier;
  status: 'absent' | 'broken';
  /** What was seen, in one line. */
  evidence: string;
  /** What the reader does next, an imperative. */
  remedy: string;
}

/**
 * Asks one tier for its adapter. Must be called on the main thread: a worker's process.env doesn't reach the Vulkan loader.
 *
 * @throws VoxstyleError `no-device` without a build of Dawn for this platform, `cannot-write` when the bundled driver
 *   can't be unpacked.
 */
export async function findAdapter(tier: Tier): Promise<FoundAdapter | MissingTier> {
  return tier === 'bundled' ? findBundledAdapter() : findSystemAdapter(tier);
}

/** True for adapters that compute on the CPU. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter || /llvmpipe|lavapipe|swiftshader|basic render driver|\bwarp\b/i.test(words);
}

/** A driver's name and version for people: `llvmpipe (Mesa 25.0.7)`, `SwiftShader 5.0.0`. */
export function driverName(info: GPUAdapterInfo): string {
  const mesa = info.description.match(/^llvmpipe: Mesa ([\d.]+)/);
  if (mesa) return `llvmpipe (Mesa ${mesa[1]})`;
  const swiftShader = info.description.match(/^SwiftShader driver (\S+)/);
  if (swiftShader) return `SwiftShader ${swiftShader[1]}`;
  const model = info.device || info.architecture || info.vendor || 'unnamed adapter';
  return info.description ? `${model} (${info.description})` : model;
}

const onLinux = process.platform === 'linux';

/** What to do about a tier that has no adapter or whose adapter doesn't work. */
export function remedyFor(tier: Tier): string {
  if (tier === 'hardware') return onLinux ? "install the GPU's Vulkan driver" : "update the GPU's driver";
  if (tier === 'system-software') {
    if (process.platform === 'darwin') return 'use the hardware tier, macOS has no software adapter';
    if (!onLinux) return 'update Windows, whose software adapter is WARP';
    return 'install a software Vulkan driver: mesa-vulkan-drivers 25 or newer, on Debian 12 from bookworm-backports';
  }
  return hasBundledBuild ? 'run npm install without --omit=optional' : 'use another tier';
}

const hasBundledBuild = onLinux && process.arch === 'x64';

async function findSystemAdapter(tier: 'hardware' | 'system-software'): Promise<FoundAdapter | MissingTier> {
  const missing = (evidence: string): MissingTier => ({ tier, status: 'absent', evidence, remedy: remedyFor(tier) });
  if (onLinux) {
    // Asked without a loader, Dawn prints a warning of its own.
    const refusal = loadLibrary('libvulkan.so.1');
    if (refusal !== undefined) return missing(`no Vulkan loader: ${refusal}`);
  }
  const system = dawnInstance('system', onLinux ? ['backend=vulkan'] : []);
  const preferred = await system.requestAdapter({ powerPreference: 'high-performance' });
  if (tier === 'hardware') {
    if (preferred && !isSoftware(preferred.info)) return { tier, adapter: preferred };
    return missing(preferred ? `no hardware adapter, only ${driverName(preferred.info)}` : 'no adapter');
  }
  if (preferred && isSoftware(preferred.info)) return { tier, adapter: preferred };
  // Beside a GPU, WARP must be asked for as the fallback, and lavapipe, which Dawn doesn't count as one, by its name.
  const beside = onLinux ? await lavapipe() : await system.requestAdapter({ forceFallbackAdapter: true });
  if (beside) return { tier, adapter: beside };
  return missing(preferred ? `no software adapter beside ${driverName(preferred.info)}` : 'no adapter');
}

/** Lavapipe's adapter, or null: dawn.node rejects when no adapter has the name that was asked for. */
function lavapipe(): Promise<GPUAdapter | null> {
  return dawnInstance('lavapipe', ['backend=vulkan', 'adapter=llvmpipe'])
    .requestAdapter()
    .catch(() => null);
}

async function findBundledAdapter(): Promise<FoundAdapter | MissingTier> {
  const tier = 'bundled';
  const missing = (status: MissingTier['status'], evidence: string, remedy = remedyFor(tier)): MissingTier => ({
    tier,
    status,
    evidence,
    remedy,
  });
  if (!hasBundledBuild) {
    return missing('absent', `the bundled driver is for linux x64 only, this is ${process.platform} ${process.arch}`);
  }
  const archive = bundledArchive();
  if (!archive) return missing('absent', 'the optional dependency @sparticuz/chromium is not installed');
  const driver = await unpackBundledDriver(archive).catch((error) => {
    if (error instanceof VoxstyleError && error.code === 'bad-input') return error.parts;
    throw error;
  });
  if ('found' in driver) return missing('broken', `${driver.where}: ${driver.found}`, driver.fix);
  // A loader of the system's is taken first, so that the tiers of one process share it.
  const refusal = loadLibrary('libvulkan.so.1') && loadLibrary(driver.loader);
  if (refusal !== undefined) return missing('broken', `its Vulkan loader can't be loaded: ${refusal}`);
  const adapter = await requestBundledAdapter(driver.manifest);
  if (!adapter) return missing('broken', `no adapter from ${driver.manifest}`, 'remove that folder and try again');
  return { tier, adapter };
}

/**
 * Loads a shared library for the whole process, where Dawn's own dlopen then finds it by its name.
 *
 * @returns undefined, or why it can't be loaded.
 */
function loadLibrary(path: string): string | undefined {
  const RTLD_NODELETE = 0x1000;
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | RTLD_NODELETE);
  } catch (error) {
    const { message } = error as Error;
    // Node complains that the library is no addon of its own, which is so, but it is loaded and NODELETE keeps it.
    if (!message.includes('did not self-register')) return message;
  }
  return undefined;
}

/** Vulkan loaders read these when an instance is made: the first two say which drivers exist, the others filter them. */
const LOADER_VARIABLES = [
  'VK_DRIVER_FILES',
  'VK_ICD_FILENAMES',
  'VK_LOADER_DRIVERS_SELECT',
  'VK_LOADER_DRIVERS_DISABLE',
] as const;

/** Asks for an adapter while the Vulkan loader sees no driver but the one of `manifest`. */
function requestBundledAdapter(manifest: string): Promise<GPUAdapter | null> {
  const saved = LOADER_VARIABLES.map((name) => process.env[name]);
  for (const name of LOADER_VARIABLES) delete process.env[name];
  process.env.VK_DRIVER_FILES = manifest;
  process.env.VK_ICD_FILENAMES = manifest;
  try {
    // Dawn makes its Vulkan instance within this call, before the promise settles, so no other request sees the variables.
    return dawnInstance('bundled', ['backend=vulkan']).requestAdapter();
  } finally {
    for (const [index, name] of LOADER_VARIABLES.entries()) {
      if (saved[index] === undefined) delete process.env[name];
      else process.env[name] = saved[index];
    }
  }
}
