import { refine } from '../../refine/refine.js';
import { type Contender, interleave, type Timing } from './clock.js';
import type { Bench } from './events.js';
import { KNOTS_FREE, type Rendering } from './scene.js';

/** A refinement of which each round does one whole iteration: render, loss, adjoint, step. */
class Refinement implements Contender {
  #events: ReturnType<typeof refine>;
  /**
   * Milliseconds of forward and adjoint since the round began. A refinement moves Ψ, and with it what its pictures cost, so an
   * iteration is compared with the passes that it made itself.
   */
  #passes = 0;

  constructor(
    readonly rendering: Rendering,
    readonly runs: number,
  ) {
    const { renderer } = rendering;
    renderer.forward = this.#timed(renderer.forward.bind(renderer));
    renderer.adjoint = this.#timed(renderer.adjoint.bind(renderer));
    this.#events = this.#begin();
  }

  #timed<Arguments extends unknown[], Result>(pass: (...of: Arguments) => Promise<Result>) {
    return async (...of: Arguments): Promise<Result> => {
      const begun = performance.now();
      const result = await pass(...of);
      this.#passes += performance.now() - begun;
      return result;
    };
  }

  get name(): string {
    return this.rendering.name;
  }

  #begin() {
    const { renderer, scene, picture } = this.rendering;
    return refine(renderer, picture!, {
      // From half the density towards the whole one.
      init: { ...scene.psi, density: scene.psi.density / 2 },
      loss: 'l2',
      free: KNOTS_FREE,
      size: Math.max(scene.size.width, scene.size.height),
      iterations: this.runs + 1,
      levels: 1,
      // None: writing one is no part of an iteration.
      checkpointEvery: this.runs + 2,
    });
  }

  async round(): Promise<{ iteration: number; passes: number }> {
    let begun = performance.now();
    this.#passes = 0;
    for (;;) {
      const { value: event, done } = await this.#events.next();
      const iteration = performance.now() - begun;
      if (!done && (event.type === 'iteration' || event.type === 'rejected'))
        return { iteration, passes: this.#passes };
      this.#passes = 0;
      // One that has found its target before the last round begins again.
      if (done) this.#events = this.#begin();
      begun = performance.now();
    }
  }

  async close(): Promise<void> {
    await this.#events.return();
  }
}

/**
 * Times whole iterations of a refinement by the pixel loss on renderings that have warmed up, interleaved. The first iteration
 * isn't counted.
 */
export async function timeIterations(renderings: readonly Rendering[], { runs, signal }: Bench) {
  const refinements = renderings.filter(({ picture }) => picture).map((one) => new Refinement(one, runs));
  try {
    const outcomes = await interleave(refinements, runs, signal);
    return new Map<Rendering, Record<'iteration' | 'passes', Timing>>(
      refinements.flatMap((one) => {
        const { iteration, passes } = outcomes.get(one)!.timings;
        return iteration && passes ? [[one.rendering, { iteration, passes }] as const] : [];
      }),
    );
  } finally {
    for (const one of refinements) await one.close();
  }
}
