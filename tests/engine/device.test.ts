import { fork, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Device, openDevice, openTier, TIERS, type Tier } from '../../engine/device.js';
import { bundledArchive, unpackBundledDriver } from '../../engine/device-bundled.js';
import type { Finding } from '../../engine/device-probe.js';
import { selfTest } from '../../engine/device-selftest.js';
import { refused } from '../refused.js';

const test = suite('device');

/** Runs `act` with a device of the bundled tier, which every machine that runs these tests must have. */
async function withDevice(act: (device: Device) => Promise<void>): Promise<void> {
  const device = await openDevice({ tier: 'bundled' });
  try {
    await act(device);
  } finally {
    device.close();
  }
}

/** Runs `act` with variables of the environment set, and sets them back. */
async function withVariables(variables: Record<string, string>, act: () => Promise<void>): Promise<void> {
  const saved = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    await act();
  } finally {
    for (const [name, value] of saved) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

async function withFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'voxstyle-test-'));
  try {
    await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const moduleUrl = (name: string) => new URL(`../../engine/${name}`, import.meta.url);

/** Runs a script in a process of its own, with openDevice imported, and collects how it ended and what it printed. */
function runScript(code: string, variables: Record<string, string> = {}) {
  const script = `import { openDevice } from ${JSON.stringify(moduleUrl('device.ts').href)};\n${code}`;
  const child = spawn(process.execPath, [...process.execArgv, '--input-type=module', '-e', script], {
    env: { ...process.env, ...variables },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise<{ code: number | null; signal: string | null; out: string; err: string }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, out, err }));
  });
}

/** Opens and tests the bundled tier in a process of its own. */
function probeBundled(variables: Record<string, string>): Promise<Finding> {
  return new Promise((resolve, reject) => {
    const child = fork(moduleUrl('device-probe.ts'), ['bundled'], {
      env: { ...process.env, ...variables },
      silent: true,
      timeout: 60_000,
    });
    child.on('message', (finding) => resolve(finding as Finding));
    child.on('close', (code) => reject(new Error(`the probe ended with ${code} and sent nothing`)));
  });
}

test('the bundled device opens, says so in one line and computes', async () => {
  const notices: string[] = [];
  const device = await openDevice({ tier: 'bundled', onNotice: (line) => notices.push(line) });
  assert.equal(notices, [`device: ${device.driver}`]);
  assert.match(device.driver, /^SwiftShader \S+, bundled software Vulkan$/);
  assert.equal([device.tier, device.software], ['bundled', true]);
  const result = await selfTest(device);
  assert.ok(result.passed, `relative error ${result.maxError}, allowed ${result.tolerance}`);
  device.close();
});

test('tiers open one after another and side by side, each computes, or is missing with a remedy', async () => {
  const environment = { ...process.env };
  const open: Device[] = [];
  for (const tier of ['bundled', 'system-software', 'bundled', 'hardware'] satisfies Tier[]) {
    const found = await openTier(tier);
    if ('status' in found) {
      assert.not.equal(tier, 'bundled', found.evidence);
      assert.ok(found.evidence && found.remedy, `${tier}: evidence '${found.evidence}', remedy '${found.remedy}'`);
    } else open.push(found);
  }
  assert.ok(open.length >= 2);
  for (const { passed } of await Promise.all(open.map(selfTest))) assert.ok(passed);
  for (const device of open) device.close();
  assert.equal({ ...process.env }, environment, 'the variables of the Vulkan loader are set back');
});

test('an unknown tier is a usage error that lists the tiers', async () => {
  const error = await refused(() => openDevice({ tier: 'gpu' as Tier }));
  assert.is(error.code, 'usage');
  for (const tier of ['auto', ...TIERS]) assert.ok(error.message.includes(tier), error.message);
  await withVariables({ VOXSTYLE_DEVICE: 'cuda' }, async () => {
    assert.match((await refused(() => openDevice())).message, /^VOXSTYLE_DEVICE: .*'cuda'/);
  });
  await withVariables({ VOXSTYLE_DEVICE: 'bundled' }, async () => {
    const device = await openDevice();
    assert.is(device.tier, 'bundled');
    device.close();
  });
});

// A system whose Vulkan loader finds no driver stands for one without drivers.
const NO_DRIVERS = { VK_DRIVER_FILES: '/nonexistent.json', VK_ICD_FILENAMES: '/nonexistent.json', VOXSTYLE_DEVICE: '' };

test('without a hardware adapter, that tier is a no-device error of one line with a remedy', async () => {
  const script = `await openDevice({ tier: 'hardware' }).catch((e) => console.log(e.code, e.exitCode, e.message));`;
  const { out, err } = await runScript(script, NO_DRIVERS);
  assert.match(out, /^no-device 69 device tier hardware: .*hardware: .*; install the GPU's Vulkan driver\n$/, err);
});

test('without system drivers, auto takes the bundled one and says why', async () => {
  const script = `const d = await openDevice({ onNotice: console.log }); d.close();`;
  const { out, err, code } = await runScript(script, NO_DRIVERS);
  assert.is(code, 0, err);
  assert.match(
    out,
    /^device: SwiftShader .*bundled software Vulkan; no hardware adapter; no system software Vulkan\n$/,
    err,
  );
});

test('a process ends by itself with a device open, with work under way, and by process.exit()', async () => {
  const open = `globalThis.device = await openDevice({ tier: 'bundled' });
    const map = () => device.gpu.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ }).mapAsync(GPUMapMode.READ);`;
  for (const end of ['', 'map();', 'await map(); device.close();', 'map().catch(() => {}); process.exit(0);']) {
    const { code, signal, err } = await runScript(`${open}\n${end}`);
    assert.equal({ code, signal }, { code: 0, signal: null }, `ending with '${end}': ${err}`);
  }
});

test('a lost device ends every wait with a device-lost error', () =>
  withDevice(async (device) => {
    const buffer = device.gpu.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ });
    const waits = [device.race(buffer.mapAsync(GPUMapMode.READ)), device.race(new Promise(() => {}))];
    const ended = Promise.all(waits.map((wait) => refused(() => wait)));
    device.gpu.destroy();
    for (const error of await ended) assert.equal([error.code, error.exitCode], ['device-lost', 75]);
    assert.is((await device.lost).code, 'device-lost');
    for (const act of [
      () => device.throwIfLost(),
      () => device.race(new Promise(() => {})),
      () => device.checked('after', () => 0),
    ]) {
      assert.is((await refused(act)).code, 'device-lost');
    }
  }));

test('closing is no loss; work on a closed device is a fault', async () => {
  const device = await openDevice({ tier: 'bundled' });
  device.close();
  device.close();
  const first = await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, 50, 'pending'))]);
  assert.is(first, 'pending');
  assert.is((await refused(() => device.throwIfLost())).code, 'internal');
});

test('checked() gives what was made and names the kernel in the error of what was not', () =>
  withDevice(async (device) => {
    const { gpu } = device;
    const code = '@compute @workgroup_size(1) fn main() {}';
    const module = await device.checked('empty', () => gpu.createShaderModule({ code }));
    assert.instance(module, GPUShaderModule);
    const compute = { module, entryPoint: 'absent' };
    const faults: [string, () => unknown][] = [
      ['march', () => gpu.createShaderModule({ code: 'fn main( {' })],
      ['adjoint', () => gpu.createComputePipeline({ layout: 'auto', compute })],
      ['adjoint, later', () => gpu.createComputePipelineAsync({ layout: 'auto', compute })],
      [
        'throws',
        () => {
          throw new TypeError('wrong argument');
        },
      ],
    ];
    // All at once: the error scopes of calls that overlap must not be mixed up.
    const calls = faults.map(([label, make]) => refused(() => device.checked(label, make)));
    const fine = device.checked('fine', () => gpu.createShaderModule({ code }));
    for (const [index, error] of (await Promise.all(calls)).entries()) {
      assert.equal([error.code, error.parts.where], ['internal', faults[index]![0]]);
    }
    assert.instance(await fine, GPUShaderModule);
  }));

test('too large an allocation is a no-device error that says to ask for less', () =>
  withDevice(async (device) => {
    const { gpu } = device;
    const texture: GPUTextureDescriptor = {
      size: [gpu.limits.maxTextureDimension3D, gpu.limits.maxTextureDimension3D, gpu.limits.maxTextureDimension3D],
      dimension: '3d',
      format: 'rgba32float',
      usage: GPUTextureUsage.COPY_DST,
    };
    const error = await refused(() => device.checked('cube', () => gpu.createTexture(texture)));
    assert.equal([error.code, error.parts.where], ['no-device', 'cube'], error.message);
    assert.match(error.message, /smaller/);
  }));

test('an error outside checked() is thrown at the next look, once', () =>
  withDevice(async (device) => {
    device.gpu.createBuffer({ size: 4, usage: 0x8000 });
    const error = await refused(() => device.race(device.gpu.queue.onSubmittedWorkDone()));
    assert.is(error.code, 'internal');
    device.throwIfLost();
  }));

test('processes that unpack at once both get the whole driver and leave nothing beside it', () =>
  withFolder(async (folder) => {
    const findings = await Promise.all([1, 2].map(() => probeBundled({ XDG_CACHE_HOME: folder })));
    for (const finding of findings) assert.ok('driver' in finding, JSON.stringify(finding));
    const cached = await readdir(join(folder, 'voxstyle'));
    assert.equal(cached, [`swiftshader-${bundledArchive()!.version}`]);
    const files = await readdir(join(folder, 'voxstyle', cached[0]!));
    assert.equal(files.sort(), ['libvk_swiftshader.so', 'libvulkan.so.1', 'vk_swiftshader_icd.json']);
  }));

test('an incomplete cache folder is made anew, a damaged archive is told, a read-only place is gone round', () =>
  withFolder(async (folder) => {
    const archive = bundledArchive()!;
    const cached = join(folder, 'voxstyle', `swiftshader-${archive.version}`);
    await mkdir(cached, { recursive: true });
    await writeFile(join(cached, 'libvulkan.so.1'), '');
    await withVariables({ XDG_CACHE_HOME: folder }, async () => {
      assert.is((await unpackBundledDriver(archive)).loader, join(cached, 'libvulkan.so.1'));
      assert.is((await readdir(cached)).length, 3);
      const damaged = { path: join(folder, 'damaged.tar.br'), version: '0' };
      await writeFile(damaged.path, 'no archive');
      assert.is((await refused(() => unpackBundledDriver(damaged))).code, 'bad-input');
      assert.equal(await readdir(join(folder, 'voxstyle')), [`swiftshader-${archive.version}`]);
    });
    // Nobody can make a folder below a file, not even root.
    const nowhere = join(folder, 'damaged.tar.br');
    await withVariables({ XDG_CACHE_HOME: nowhere, TMPDIR: folder }, async () => {
      assert.ok((await unpackBundledDriver(archive)).loader.startsWith(join(folder, 'voxstyle-')));
    });
    await withVariables({ XDG_CACHE_HOME: nowhere, TMPDIR: nowhere }, async () => {
      const error = await refused(() => unpackBundledDriver(archive));
      assert.equal([error.code, error.exitCode], ['cannot-write', 73]);
    });
  }));

test.run();
