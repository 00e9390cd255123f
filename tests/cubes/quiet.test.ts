import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { quietly } from '../../cubes/quiet.js';

const test = suite('cubes/quiet');
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

test('what a library prints is handed over; what others print meanwhile passes', async () => {
  const passed: string[] = [];
  const { warn } = console;
  const ours = (line: string) => passed.push(line);
  console.warn = ours;
  try {
    const library = (name: string) =>
      quietly(async (printed) => {
        await pause();
        console.warn(name, 1);
        await pause();
        return [...printed];
      });
    const first = library('a');
    const second = library('b');
    console.warn('other');
    assert.equal(await Promise.all([first, second]), [['a 1'], ['b 1']]);
    assert.is(console.warn, ours);
    assert.equal(passed, ['other']);
  } finally {
    console.warn = warn;
  }
});

test('the console is given back after an error', async () => {
  const { warn } = console;
  const outcome = await quietly(() => {
    throw new Error('broken');
  }).catch((error: Error) => error.message);
  assert.is(outcome, 'broken');
  assert.is(console.warn, warn);
});

test.run();
