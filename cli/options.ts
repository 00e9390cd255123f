import type { Argv } from 'yargs';
import { type Cube, DTYPES, describeCube, downsample, type Factors, loadCube } from '../cubes/index.js';
import { type Device, type DeviceOptions, TIERS } from '../engine/device.js';
import { fitToDevice } from '../engine/fit-volume.js';
import { type Psi, parsePsi } from '../engine/psi.js';
import { defaultPsi } from '../engine/psi-default.js';
import { SCALARS, type ScalarKey } from '../engine/psi-scalars.js';
import { usage } from '../errors.js';
import { readJson } from '../files.js';

/** Numbers separated by commas or ×, as in 256x256x128 or 0.5,0.5,2. */
function numberList(name: string, least: number, most: number) {
  return (text: string): number[] => {
    const values = text.split(/[,x×]/).map(Number);
    const wanted = least === most ? `${least} numbers` : `${least} or ${most} numbers`;
    if (values.length >= least && values.length <= most && !values.some(Number.isNaN)) return values;
    throw usage(`--${name}`, wanted, `'${text}'`, `write them as in --${name} ${'1,1,1'.slice(0, least * 2 - 1)}`);
  };
}

/** A number option; yargs takes 'abc' for NaN without a word. */
export function number(
  name: string,
  { whole = false, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = {},
) {
  return (text: unknown): number => {
    const value = typeof text === 'number' ? text : Number(text);
    const inRange = value >= least && value <= most;
    if (Number.isFinite(value) && text !== '' && inRange && (!whole || Number.isInteger(value))) return value;
    const range = Number.isFinite(most)
      ? ` from ${least} to ${most}`
      : Number.isFinite(least)
        ? ` of at least ${least}`
        : '';
    throw usage(`--${name}`, `a ${whole ? 'whole ' : ''}number${range}`, `'${text}'`, 'correct it');
  };
}

/** A whole number that may be left out. @param least the smallest; any without it. */
export const whole = (name: string, describe: string, least?: number) =>
  ({
    type: 'string',
    describe,
    coerce: optional(number(name, { whole: true, ...(least !== undefined && { least }) })),
  }) as const;

/** 'auto', one factor for all axes, or one for each. */
function parseDownsample(text: string): 'auto' | Factors {
  if (text === 'auto') return text;
  const factors = text.split(/[x×]/).map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const all = factors.length === 1 ? Array(3).fill(factors[0]) : factors;
  if (all.length === 3 && all.every((f) => Number.isInteger(f) && f >= 1)) return all as [number, number, number];
  const expected = 'auto, N or FXxFYxFZ, whole numbers of at least 1';
  throw usage('--downsample', expected, `'${text}'`, 'write it as in --downsample 2x2x1');
}

/** --cube, what a raw file can't say of itself, and how many of its voxels are kept. */
export const cubeOptions = <T>(args: Argv<T>) =>
  args
    .option('cube', {
      type: 'string',
      demandOption: true,
      describe: 'z-stack: DICOM folder, .nrrd, .tif, .raw[.gz], or phantom:fluorescence, phantom:ct',
    })
    .option('dims', {
      type: 'string',
      describe: 'of a raw file: XxYxZ or XxYxZxC',
      coerce: optional(numberList('dims', 3, 4)),
    })
    .option('dtype', { type: 'string', describe: `of a raw file: ${Object.keys(DTYPES).join(', ')}` })
    .option('endian', { type: 'string', choices: ['little', 'big'] as const, describe: 'of a raw file' })
    .option('spacing', {
      type: 'string',
      describe: 'voxel spacing X,Y,Z, instead of the file’s',
      coerce: optional(numberList('spacing', 3, 3)),
    })
    .option('downsample', {
      type: 'string',
      describe: 'average blocks of voxels: N, FXxFYxFZ, or auto: only if too large for the device',
      coerce: optional(parseDownsample),
    });

/** The camera's scalars as options that go over what Ψ says. */
const CAMERA = ['azimuth', 'elevation', 'roll', 'distance', 'fov'] as const;

export const viewOptions = <T>(args: Argv<T>) => {
  const camera = (name: (typeof CAMERA)[number]) => {
    const { about, unit } = SCALARS[`camera.${name}` satisfies ScalarKey];
    return { type: 'string', describe: `camera: ${about} (${unit})`, coerce: optional(number(name)) } as const;
  };
  return args
    .option('azimuth', camera('azimuth'))
    .option('elevation', camera('elevation'))
    .option('roll', camera('roll'))
    .option('distance', camera('distance'))
    .option('fov', camera('fov'))
    .option('steps', {
      type: 'string',
      describe: 'samples on each ray, instead of Ψ’s',
      coerce: optional(number('steps', { whole: true, least: 1 })),
    });
};

export const deviceOption = <T>(args: Argv<T>) =>
  args.option('device', {
    type: 'string',
    choices: ['auto', ...TIERS] as const,
    describe: 'which device to compute on',
  });

export const jsonOption = <T>(args: Argv<T>) =>
  args.option('json', { type: 'boolean', default: false, describe: 'one JSON event a line on stdout' });

/** 'a, b' → [a, b]. */
export const selectors = (given: string | undefined): string[] | undefined =>
  given?.split(/[\s,]+/).filter((word) => word !== '');

/** yargs coerces an option that was not given, too. */
export function optional<T>(coerce: (text: string) => T): (text: string | undefined) => T | undefined {
  return (text) => (text === undefined ? undefined : coerce(text));
}

interface CubeArguments {
  cube: string;
  dims: number[] | undefined;
  dtype: string | undefined;
  endian: 'little' | 'big' | undefined;
  spacing: number[] | undefined;
  downsample: 'auto' | Factors | undefined;
}

/** The cube that was named, downsampled by the factors that were given; for `auto` see `fitScene`. */
export async function cubeOf({ cube, dims, dtype, endian, spacing, downsample: wish }: CubeArguments): Promise<Cube> {
  const loaded = await loadCube(cube, { dims, dtype, endian, spacing });
  return wish === undefined || wish === 'auto' ? loaded : downsample(loaded, wish);
}

interface ViewArguments extends Partial<Record<(typeof CAMERA)[number], number | undefined>> {
  steps?: number | undefined;
}

const PSI_FILE = { expected: 'a Ψ document', fix: 'correct the path' };

/** The Ψ of a file, or the cube's default, with the view that was asked for. */
export async function psiOf(path: string | undefined, cube: Cube, view: ViewArguments): Promise<Psi> {
  const psi =
    path === undefined ? defaultPsi(cube) : parsePsi(await readJson(path, PSI_FILE, 'correct the file'), path);
  for (const name of CAMERA) if (view[name] !== undefined) psi.camera[name] = view[name];
  if (view.steps !== undefined) psi.sampling.steps = view.steps;
  return parsePsi(psi, 'the view');
}

interface Scene {
  cube: Cube;
  psi: Psi;
}

/** With --downsample auto, a cube that the device can hold, and its Ψ: the default one is made from the voxels that are left. */
export async function fitScene(
  device: Device,
  { cube, psi }: Scene,
  wish: CubeArguments['downsample'],
  psiOfCube: (cube: Cube) => Promise<Psi>,
): Promise<Scene> {
  const fitting = wish === 'auto' ? fitToDevice(device, cube, psi.sampling.storage) : cube;
  if (fitting === cube) return { cube, psi };
  console.error(describeCube(fitting));
  return { cube: fitting, psi: await psiOfCube(fitting) };
}

export function deviceOptions(device: DeviceOptions['tier']): DeviceOptions {
  return { ...(device === undefined ? {} : { tier: device }), onNotice: (line) => console.error(line) };
}
