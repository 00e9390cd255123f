import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CELLS, isCrowded, lookupValue, OPAQUE_DEPTH } from '../../engine/lookup.js';
import type { Psi, PsiChannel } from '../../engine/psi.js';
import { seededRandom } from '../../random.js';
import { LIVE } from '../reference/branches.js';
import { classify } from '../reference/classify.js';
import { knot, psiOf } from '../reference/scenes.js';

/** The look-up that the fast kernels read, against the reference's classification. */
const test = suite('lookup');

type Table = Record<string, number[]> & { lo: number; inverse_range: number };

const WHITE = [1, 1, 1] as [number, number, number];
interface Tables {
  wants_clear: number;
  dense: number;
  tables: Table[];
}
const tablesOf = (psi: Psi, wanted?: ReadonlySet<string>) => {
  const knots = Math.max(...psi.channels.map((channel) => channel.knots.length));
  return lookupValue(psi, { knots, ...(wanted && { wanted }) }) as unknown as Tables;
};

/** The piece of u as lookup.wgsl finds it. */
function pieceOf(table: Table, crowded: boolean, u: number): number {
  let found = table.first![Math.min(Math.floor(u * CELLS), CELLS - 1)]!;
  if (crowded) while (table.end![found]! <= u) found++;
  else if (table.end![found]! <= u) found++;
  return found;
}

const ofKnots = (...knots: [x: number, extinction: number][]) =>
  knots.map(([x, extinction], k) => knot(x, [(k % 4) / 4, (k % 5) / 5, (k % 3) / 3], extinction));

const random = seededRandom(51);
const spread = (count: number) =>
  Array.from({ length: count }, () => Math.fround(random.uniform()))
    .sort((a, b) => a - b)
    .map((x) => [x, random.uniform() < 0.4 ? 0 : random.between(0, 50)] as [number, number]);

const FUNCTIONS: [what: string, channels: ReturnType<typeof ofKnots>[]][] = [
  ['two knots', [ofKnots([0, 0], [1, 4])]],
  ['a step at the start and one at the end', [ofKnots([0, 3], [0, 1], [0.4, 2], [1, 0], [1, 9])]],
  ['a step within', [ofKnots([0.2, 0], [0.5, 0], [0.5, 7], [0.9, 1])]],
  ['three knots in one place', [ofKnots([0, 1], [0.25, 2], [0.25, 3], [0.25, 4], [1, 5])]],
  ['knots right on cells', [ofKnots([1 / 1024, 0], [2 / 1024, 3], [512 / 1024, 0], [1023 / 1024, 2])]],
  ['several knots within a cell', [ofKnots([0.1, 0], [0.3001, 1], [0.3002, 9], [0.3003, 0], [0.99, 0], [0.9999, 5])]],
  ['the second knot in the cell that the first begins', [ofKnots([0, 0], [0.0004, 5], [0.5, 0])]],
  ['the same elsewhere', [ofKnots([0.25, 1], [0.2504, 5], [0.5, 0])]],
  ['a step at the first knot', [ofKnots([0.3, 1], [0.3, 5], [0.5, 0])]],
  ['all knots in one place', [ofKnots([0.3, 1], [0.3, 5], [0.3, 2])]],
  ['a short list beside a long one', [ofKnots([0.1, 2], [0.7003, 0]), ofKnots(...spread(7))]],
  ['64 knots', [ofKnots(...spread(64))]],
  ['random knots', [ofKnots(...spread(5)), ofKnots(...spread(9)), ofKnots(...spread(3))]],
];

/** Where something may go wrong: at knots, at the ends of cells, and next to both; and anywhere. */
function places(knots: PsiChannel['knots']): number[] {
  const about = (x: number) => {
    const bits = new Float32Array([x]);
    const [word] = new Uint32Array(bits.buffer);
    const beside = (step: number) => new Float32Array(new Uint32Array([word! + step]).buffer)[0]!;
    return x === 0 ? [0, 2 ** -20] : [beside(-1), x, beside(1)];
  };
  const cells = [0, 1, 255, 256, 307, 512, 717, 1022, 1023, 1024].map((i) => i / CELLS);
  const anywhere = Array.from({ length: 3000 }, () => Math.fround(random.uniform()));
  return [...[...knots.map(({ x }) => Math.fround(x)), ...cells].flatMap(about), ...anywhere].filter(
    (u) => u >= 0 && u <= 1,
  );
}

for (const [what, channels] of FUNCTIONS) {
  const psi = psiOf({ channels: channels.map((knots) => ({ knots })) });
  const rounded = psi.channels.map(({ knots }) => knots.map((one) => ({ ...one, x: Math.fround(one.x) })));

  test(`pieces are the reference's: ${what}`, () => {
    const { tables } = tablesOf(psi);
    for (const [c, table] of tables.entries()) {
      const alone = { ...psi, channels: [{ ...psi.channels[c]!, knots: rounded[c]! }] };
      for (const u of places(rounded[c]!)) {
        const piece = pieceOf(table, isCrowded(psi), u);
        const at = `channel ${c}, u = ${u}, piece ${piece}`;
        // A sample that isn't on its piece would be looked up again and again.
        assert.ok(
          table.start![piece]! <= u && u < table.end![piece]!,
          `${at} from ${table.start![piece]} to ${table.end![piece]}`,
        );
        const along = (u - table.start![piece]!) * table.inverse_width![piece]!;
        const of = (name: string) => table[name]![piece]! + along * table[`${name}_rise`]![piece]!;
        const expected = classify(alone, [Float64Array.of(u)], null, 0, LIVE);
        const extinction = of('extinction');
        assert.ok(Math.abs(extinction - expected.extinction) < 1e-9, `${at}: ${extinction} for ${expected.extinction}`);
        for (const name of ['red', 'green', 'blue'] as const) {
          const emitted = extinction * of(name);
          assert.ok(Math.abs(emitted - expected[name]) < 1e-9, `${at}: ${name} ${emitted} for ${expected[name]}`);
        }
      }
    }
  });

  test(`what has extinction matters, and little else: ${what}`, () => {
    for (const gamma of [1, 0.45, 2.2]) {
      const bent = { ...psi, channels: psi.channels.map((channel) => ({ ...channel, gamma })) };
      for (const [c, table] of tablesOf(bent).tables.entries()) {
        const alone = { ...bent, channels: [bent.channels[c]!] };
        const extinctionAt = (u: number) => classify(alone, [Float64Array.of(u)], null, 0, LIVE).extinction;
        const matter = (cell: number) => table.matter![cell + 1]! - table.matter![cell]!;
        assert.is(table.matter!.length, CELLS + 3);
        let idle = 0;
        for (let cell = 0; cell < CELLS + 2; cell++) {
          const [low, high] = cell === 0 ? [0, 0] : cell === CELLS + 1 ? [1, 1] : [(cell - 1) / CELLS, cell / CELLS];
          // A cell ends before its upper end.
          const inside = [0, 1e-9, 0.2, 0.5, 0.8, 1 - 1e-9].map((share) => (low + share * (high - low)) ** gamma);
          const own = alone.channels[0]!.knots.map(({ x }) => x).filter((x) => x >= low ** gamma && x < high ** gamma);
          const some = [...inside, ...own].some((u) => extinctionAt(u) > 0);
          assert.ok(matter(cell) >= Number(some), `channel ${c}, gamma ${gamma}: cell ${cell} has extinction`);
          idle += Number(matter(cell) === 1 && !some);
        }
        assert.ok(idle <= bent.channels[c]!.knots.length, `channel ${c}, gamma ${gamma}: ${idle} cells for nothing`);
      }
    }
  });
}

test('cells about a clear knot matter where the gradient by its extinction is wanted', () => {
  const psi = psiOf({ channels: [{ knots: ofKnots([0, 0], [0.25, 0], [0.5, 0], [0.75, 0], [1, 3]) }] });
  const matterOf = (wanted: string[]) => {
    const { tables, wants_clear, dense } = tablesOf(psi, new Set(wanted));
    const { matter } = tables[0]!;
    return { between: (a: number, b: number) => matter![1 + b * CELLS]! - matter![1 + a * CELLS]!, wants_clear, dense };
  };
  const none = matterOf(['density', 'channels.0.knots.4.extinction', 'channels.0.knots.1.x']);
  assert.equal([none.between(0, 0.75), none.between(0.75, 1), none.wants_clear], [0, CELLS / 4, 0]);
  const one = matterOf(['channels.0.knots.1.extinction']);
  assert.equal([one.between(0, 0.5), one.between(0.5, 0.75), one.wants_clear, one.dense], [CELLS / 2, 0, 1, 0]);
  const all = matterOf(psi.channels[0]!.knots.map((_, k) => `channels.0.knots.${k}.extinction`));
  assert.equal([all.between(0, 1), all.wants_clear, all.dense], [CELLS, 1, 1]);
  // A wanted knot that isn't clear costs nothing, nor does another channel's.
  assert.is(matterOf(['channels.1.knots.1.extinction']).wants_clear, 0);
});

test('channels that are off have no table, and one of which all matters makes all matter', () => {
  const constant = [knot(0, WHITE, 1), knot(1, WHITE, 1)];
  const clear = [knot(0, WHITE, 0), knot(1, WHITE, 0)];
  const off = psiOf({ channels: [{ knots: constant, enabled: false }, { knots: clear }] });
  assert.equal([tablesOf(off).tables.length, tablesOf(off).dense], [1, 0]);
  assert.is(tablesOf(psiOf({ channels: [{ knots: clear }, { knots: constant }] })).dense, 1);
});

test('at the depth at which a ray ends the kernels have no transmittance left', () => {
  // precise_exp2 in wgsl/elementary.wgsl rounds the exponent, and 2⁻¹²⁷ is no normal float32.
  assert.is(Math.round(-OPAQUE_DEPTH / Math.LN2), -127);
});

test.run();
