import * as assert from 'uvu/assert';

/** Fails with the first place where the two differ by more than `tolerance`, and by how much. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.is(actual.length, expected.length, `${what}: expected ${expected.length} values, got ${actual.length}`);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    assert.ok(
      difference <= tolerance,
      `${what} [${i}]: expected ${expected[i]}, got ${actual[i]}, which is off by ${difference} > ${tolerance}`,
    );
  }
}
