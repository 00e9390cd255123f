import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultPsi, makePhantom, type Psi } from '../../index.js';
import { temporaryFolder, voxstyle } from './command.js';

/** Wrong files and wrong words: each has its exit code, and one line that says what to do. */
const test = suite('command: wrong input');
const folder = temporaryFolder();
const file = (name: string, data: string | Uint8Array) => {
  writeFileSync(join(folder, name), data);
  return join(folder, name);
};

const CUBE = 'phantom:ct?size=16';
const out = join(folder, 'out.png');
const target = 'examples/amber.png';
const psi = (change: (document: Psi) => unknown) => {
  const document = defaultPsi(makePhantom('ct', { size: 16 }));
  return JSON.stringify(change(document) ?? document);
};
const psiFile = (name: string, change: (document: Psi) => unknown) => file(name, psi(change));
const raw = file(
  'ramp.raw',
  Uint8Array.from({ length: 64 }, (_, i) => i),
);
const folderOf = (name: string) => {
  mkdirSync(join(folder, name));
  return join(folder, name);
};
const render = (...words: string[]) => ['render', '--out', out, ...words];
const refine = (...words: string[]) => ['refine', '--cube', CUBE, '--out', join(folder, 'run'), ...words];
const withTarget = (...words: string[]) => refine('--target', target, ...words);

const CASES: [what: string, words: string[], code: number, message: RegExp][] = [
  ['no command', [], 2, /no command/],
  ['unknown command', ['refin'], 2, /refin/],
  ['unknown option', render('--cube', CUBE, '--sise', '64'), 2, /sise/],
  ['no cube', render(), 2, /cube/],
  ['no target', refine(), 2, /target/],
  ['size of words', render('--cube', CUBE, '--size', 'big'), 2, /--size.*'big'/],
  ['size of zero', render('--cube', CUBE, '--size', '0'), 2, /--size/],
  ['size beyond the device', render('--cube', CUBE, '--size', '100000x100000'), 2, /100000 × 100000/],
  ['angle of words', render('--cube', CUBE, '--azimuth', 'left'), 2, /--azimuth.*'left'/],
  ['elevation out of range', render('--cube', CUBE, '--elevation', '120'), 65, /camera\.elevation/],
  ['fractional steps', render('--cube', CUBE, '--steps', '2.5'), 2, /--steps.*whole/],
  ['downsample of words', render('--cube', CUBE, '--downsample', 'some'), 2, /--downsample.*auto, N or.*'some'/],
  ['downsample by nothing', render('--cube', CUBE, '--downsample='), 2, /--downsample.*found ''/],
  ['downsample by zero', render('--cube', CUBE, '--downsample', '2x0x1'), 2, /--downsample.*'2x0x1'/],
  ['downsample of two axes', withTarget('--downsample', '2x2'), 2, /--downsample.*'2x2'/],
  ['fractional downsample', withTarget('--downsample', '1.5'), 2, /--downsample.*'1\.5'/],
  ['unknown device', render('--cube', CUBE, '--device', 'quantum'), 2, /device/],
  ['cube that is not there', render('--cube', join(folder, 'nothing.nrrd')), 66, /nothing\.nrrd/],
  ['cube of a kind unknown', render('--cube', file('cube.docx', 'words')), 65, /cube\.docx.*docx/],
  ['empty cube', render('--cube', file('empty.nrrd', '')), 65, /empty\.nrrd.*empty/i],
  ['text called a TIFF', render('--cube', file('text.tif', 'this is not a picture')), 65, /text\.tif/],
  ['folder without slices', render('--cube', folderOf('no-slices')), 65, /no-slices/],
  ['raw without dims', render('--cube', raw), 2, /--dims/],
  ['raw with two dims', render('--cube', raw, '--dims', '8x8', '--dtype', 'uint8'), 2, /--dims/],
  ['raw too short', render('--cube', raw, '--dims', '8x8x8', '--dtype', 'uint8'), 65, /512.*64/],
  ['raw too long', render('--cube', raw, '--dims', '2x2x2', '--dtype', 'uint8'), 65, /8.*64/],
  ['raw of an unknown type', render('--cube', raw, '--dims', '4x4x4', '--dtype', 'uint7'), 2, /uint7/],
  [
    'constant cube',
    render('--cube', file('flat.raw', new Uint8Array(64)), '--dims', '4x4x4', '--dtype', 'uint8'),
    65,
    /flat/,
  ],
  ['phantom of an unknown kind', render('--cube', 'phantom:pet'), 2, /pet/],
  ['Ψ that is not there', render('--cube', CUBE, '--psi', join(folder, 'no.json')), 66, /no\.json/],
  ['Ψ that is not JSON', render('--cube', CUBE, '--psi', file('torn.json', '{"version": 1,')), 65, /torn\.json.*JSON/],
  [
    'Ψ of another version',
    render(
      '--cube',
      CUBE,
      '--psi',
      psiFile('v2.json', (p) => ({ ...p, version: 2 })),
    ),
    65,
    /version/,
  ],
  [
    'Ψ with a misspelt key',
    render(
      '--cube',
      CUBE,
      '--psi',
      psiFile('key.json', (p) => ({ ...p, densitty: 1 })),
    ),
    65,
    /key\.json.*densitty/,
  ],
  [
    'Ψ out of bounds',
    render(
      '--cube',
      CUBE,
      '--psi',
      psiFile('bounds.json', (p) => ({ ...p, density: -1 })),
    ),
    65,
    /bounds\.json.*density/,
  ],
  [
    'Ψ with knots out of order',
    render(
      '--cube',
      CUBE,
      '--psi',
      psiFile('order.json', (p) => void p.channels[0]!.knots.reverse()),
    ),
    65,
    /order\.json.*channels\.0\.knots/,
  ],
  [
    'Ψ with too many channels',
    render(
      '--cube',
      CUBE,
      '--psi',
      psiFile('channels.json', (p) => void p.channels.push(p.channels[0]!)),
    ),
    65,
    /1 channel/,
  ],
  ['out that cannot be written', ['render', '--cube', CUBE, '--size', '16', '--out', join(raw, 'x.png')], 73, /x\.png/],
  ['target that is not there', refine('--target', join(folder, 'no.png')), 66, /no\.png/],
  ['target that is a folder', refine('--target', folder), 66, /folder/],
  ['target that is text', refine('--target', file('words.png', 'words')), 65, /words\.png/],
  ['target cut off', refine('--target', file('cut.png', Buffer.from('89504e470d0a1a0a0000', 'hex'))), 65, /cut\.png/],
  ['unknown loss', withTarget('--loss', 'vibes:1'), 2, /vibes.*l1, l2, charbonnier, swd/],
  ['negative weight', withTarget('--loss', 'l2:-1'), 2, /weight/],
  ['freeing the sampling', withTarget('--free', 'sampling'), 2, /'sampling', which has none/],
  ['freeing what is not there', withTarget('--free', 'tonne'), 2, /tonne/],
  ['freezing everything', withTarget('--freeze', 'channels,density,background,tone'), 2, /free/],
  ['negative iterations', withTarget('--iterations', '-5'), 2, /--iterations/],
  ['seed of words', withTarget('--seed', 'lucky'), 2, /--seed.*'lucky'/],
  ['nothing to resume', withTarget('--resume'), 66, /checkpoint/],
];

/** Several at once, since most of their time is Node's own start. */
const WORKERS = 2;

test(`${CASES.length} wrong inputs each get their exit code and one line`, async () => {
  const queue = [...CASES];
  const failures: string[] = [];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [what, words, code, message] = next;
      const done = await voxstyle(words);
      const errors = done.stderr.split('\n').filter((line) => line.startsWith('voxstyle: '));
      const stray = /\n\s+at |node:internal|\[object/.test(done.stderr);
      if (done.code === code && errors.length === 1 && message.test(errors[0]!) && !stray && done.stdout === '')
        continue;
      failures.push(`${what}: wanted ${code} and ${message}, got ${done.code}\n${done.stderr}${done.stdout}`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  assert.ok(failures.length === 0, `\n${failures.join('\n')}`);
  assert.not.ok(existsSync(out), 'a command that failed has written nothing');
});

test('--json says the same on stdout', async () => {
  const { stdout, code } = await voxstyle(render('--json', '--cube', join(folder, 'nothing.nrrd')));
  const event = JSON.parse(stdout);
  assert.is(code, 66);
  assert.is(event.type, 'error');
  assert.is(event.code, 'missing-input');
  assert.match(event.message, /nothing\.nrrd/);
});

test.run();
