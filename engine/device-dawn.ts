/**
 * Dawn, Google's WebGPU, as the npm package `webgpu` delivers it. Importing this module also puts the WebGPU
 * constants (GPUBufferUsage, GPUMapMode, …) on globalThis, where code written for browsers expects them.
 */
import { VoxstyleError } from '../errors.js';

// A platform without a build of Dawn must get an answer in one line, so the failure is kept until a device is asked for.
const dawn = await import('webgpu').catch((cause: Error) => cause);
if (!(dawn instanceof Error)) Object.assign(globalThis, dawn.globals);

// Dawn crashes the process once the object that create() returned is collected while anything made from it lives:
// a device, a buffer, a pending promise. So each of them stays reachable here until the process ends.
const instances = new Map<string, GPU>();

/**
 * The Dawn instance for `key`, made with `flags` at its first use (`backend=vulkan`, `adapter=NAME`). Later calls with the
 * same key return the same instance, so opening devices again and again costs no memory.
 *
 * @throws VoxstyleError `no-device` when this platform has no build of Dawn.
 */
export function dawnInstance(key: string, flags: string[]): GPU {
  if (dawn instanceof Error) {
    throw new VoxstyleError(
      'no-device',
      {
        where: 'npm package webgpu',
        expected: `a build of Dawn for ${process.platform} ${process.arch}`,
        found: dawn.message,
        fix: 'reinstall it with npm install, or use linux, macOS or Windows on x64 or arm64',
      },
      { cause: dawn },
    );
  }
  const instance = instances.get(key) ?? dawn.create(flags);
  instances.set(key, instance);
  return instance;
}
