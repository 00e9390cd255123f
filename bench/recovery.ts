import { parseArgs } from 'node:util';
import { orbitCamera } from '../engine/camera.js';
import { openDevice } from '../engine/device.js';
import type { Psi } from '../engine/psi.js';
import { defaultPsi } from '../engine/psi-default.js';
import { EXTINCTION_PROFILES, randomPsi, withRandomSurfaces } from '../engine/psi-random.js';
import { Renderer } from '../engine/renderer.js';
import { dot } from '../engine/vec3.js';
import { psnr } from '../losses/index.js';
import { type Random, seededRandom } from '../random.js';
import { refine } from '../refine/refine.js';
import { loadArgument, nameOf } from './volume-argument.js';

/**
 * Recovery: a target is rendered from each cube with a random Ψ, and refined towards from the default Ψ with the pixel loss.
 * Prints one line a run: does the optimizer find its way back, and how fast? Seconds are those of the clock and those that all
 * cores together spent; millions of samples are iterations × pixels × samples on a ray, whatever the device.
 *
 * The camera is the target's; with --camera 15 azimuth, elevation and roll each begin up to 15° away, and all of Ψ is free. With
 * --surfaces the target has shading, lights and gradient opacity, and these are free too.
 *
 *     npx tsx bench/recovery.ts --seeds 10 tooth.nrrd engine.raw.gz:256x256x128:uint8
 *     npx tsx bench/recovery.ts --size 128 --steps 128 --levels 1 phantom:ct phantom:fluorescence
 *     npx tsx bench/recovery.ts --surfaces --reach 33 --iterations 300 cells.ome.tif
 *     npx tsx bench/recovery.ts --surfaces --camera 15 --iterations 600 cells.ome.tif
 */

/** What the default Ψ leaves clear is air and noise, and a Ψ that a person made would keep it so; --haze leaves it to chance. */
function keepClear(psi: Psi, template: Psi): Psi {
  for (const [c, { knots }] of template.channels.entries()) {
    for (const [k, { extinction }] of knots.entries()) if (extinction === 0) psi.channels[c]!.knots[k]!.extinction = 0;
  }
  return psi;
}

/** Also what the default Ψ keeps clear: here the truth is known, and every way to it is open. */
const EVERYTHING = ['channels.*.window', 'channels.*.gamma', 'channels.*.knots', 'density', 'background', 'tone'];
const SURFACES = ['channels.*.gradientOpacity', 'surface', 'shading', 'lights'];

/** Azimuth, elevation and roll each turned by up to so many degrees. */
function turned(psi: Psi, random: Random, most: number): Psi {
  const turn = () => random.between(-most, most);
  const { azimuth, elevation, roll } = psi.camera;
  const camera = { azimuth: azimuth + turn(), elevation: elevation + turn(), roll: roll + turn() };
  return { ...psi, camera: { ...psi.camera, ...camera } };
}

/** The angle in degrees of the rotation that takes one camera's frame to the other's. */
function angleBetween(a: Psi, b: Psi): number {
  const [p, q] = [orbitCamera(a.camera), orbitCamera(b.camera)];
  const trace = dot(p.right, q.right) + dot(p.up, q.up) + dot(p.forward, q.forward);
  return (Math.acos(Math.min(1, (trace - 1) / 2)) * 180) / Math.PI;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '10' },
    first: { type: 'string', default: '0' },
    size: { type: 'string', default: '96' },
    iterations: { type: 'string', default: '200' },
    steps: { type: 'string', default: '96' },
    levels: { type: 'string' },
    loss: { type: 'string', default: 'l2' },
    rate: { type: 'string' },
    haze: { type: 'boolean', default: false },
    surfaces: { type: 'boolean', default: false },
    camera: { type: 'string' },
    reach: { type: 'string', default: '35' },
  },
});
const device = await openDevice({ onNotice: (line) => console.error(line) });
const size = Number(values.size);
const threshold = Number(values.reach);
const angles = values.camera ? '\t° before\t° after' : '';
console.log(
  `volume\tseed\tprofile\tstart dB\tPSNR dB\tloss\titerations\tseconds\tCPU seconds\tmillion samples${angles}`,
);
for (const argument of positionals) {
  const cube = await loadArgument(argument);
  const name = nameOf(argument);
  const renderer = await Renderer.open(device, cube);
  const template = defaultPsi(cube);
  template.sampling.steps = Number(values.steps);
  let reached = 0;
  const first = Number(values.first);
  for (let seed = first; seed < first + Number(values.seeds); seed++) {
    const random = seededRandom(seed);
    const profile = EXTINCTION_PROFILES[seed % EXTINCTION_PROFILES.length]!;
    const drawn = randomPsi(template, random, profile);
    const clear = values.haze ? drawn : keepClear(drawn, template);
    const truth = values.surfaces ? withRandomSurfaces(clear, random) : clear;
    const init = values.camera ? turned(template, random, Number(values.camera)) : template;
    const { picture: target } = await renderer.forward(truth, { width: size, height: size });
    const begun = { wall: performance.now(), cpu: process.cpuUsage() };
    let samples = 0;
    let before = Number.NaN;
    const free = values.camera ? ['*'] : [...EVERYTHING, ...(values.surfaces ? SURFACES : [])];
    const options = { init, free, loss: values.loss, size, seed, iterations: Number(values.iterations) };
    const rate = values.rate === undefined ? {} : { learningRate: Number(values.rate) };
    const levels = values.levels === undefined ? {} : { levels: Number(values.levels) };
    for await (const event of refine(renderer, target, { ...options, ...rate, ...levels })) {
      if (event.type === 'iteration') samples += event.width * event.height * event.steps;
      if (event.type === 'start') before = psnr(event.before, target);
      if (event.type !== 'done') continue;
      const after = psnr(event.picture, target);
      const angle = angleBetween(event.psi, truth);
      if (values.camera ? angle <= 1 : after >= threshold) reached++;
      const { user, system } = process.cpuUsage(begun.cpu);
      const cells = [
        ...[name, seed, profile, before.toFixed(1), after.toFixed(1), event.loss.toExponential(2), event.iterations],
        ((performance.now() - begun.wall) / 1000).toFixed(1),
        ((user + system) / 1e6).toFixed(1),
        (samples / 1e6).toFixed(0),
        ...(values.camera ? [angleBetween(init, truth).toFixed(2), angle.toFixed(2)] : []),
      ];
      console.log(cells.join('\t'));
    }
  }
  const goal = values.camera ? 'come within 1°' : `reach ${threshold} dB`;
  console.log(`${name}: ${reached} of ${values.seeds} ${goal}`);
  renderer.close();
}
device.close();
