import {expect, test} from 'vitest';
import {loadSqlParser} from '../../src/pipeline/sql-parser.ts';
import {MUTANTS, RIGHT} from './mutants.ts';
import {simulate, type Visited} from './simulation.ts';

/**
 * The service lives through deaths at its calls on the outside, over a simulated database,
 * disk and clients; everything between them is the real code. A seed decides all there is
 * to decide, and is the whole reproduction: `simulate(seed, RIGHT)`.
 */
const SEEDS = Number(process.env.TAILRACE_CRASH_SEEDS ?? 300);
const FIRST = Number(process.env.TAILRACE_CRASH_FIRST ?? 1);
const MUTANT_SEEDS_MAX = 400;

async function failure(seed: number, mutant = RIGHT): Promise<unknown> {
  try {
    await simulate(seed, mutant);
    return undefined;
  } catch (error) {
    return error;
  }
}

test(`whatever it dies of, nothing is lost, repeated or made up: ${SEEDS} seeds from ${FIRST}`, async () => {
  await loadSqlParser();
  const all: Visited[] = [];
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    try {
      all.push(await simulate(seed, RIGHT));
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause}`, {cause});
    }
  }
  const sum = (of: (visited: Visited) => number): number =>
    all.reduce((total, visited) => total + of(visited), 0);
  // What it is about has happened, or the seeds prove nothing.
  expect(sum(({deaths}) => deaths)).toBeGreaterThan(2 * SEEDS);
  expect(sum(({checkpoints}) => checkpoints)).toBeGreaterThan(5 * SEEDS);
  for (const of of ['stops', 'resyncs', 'netDiffs', 'timers', 'queryChanges'] as const) {
    expect(
      sum((visited) => visited[of]),
      of,
    ).toBeGreaterThan(SEEDS / 4);
  }
  // A first snapshot is lost, or written to its end, and told before that.
  for (const of of ['foundings', 'foundingsWritten', 'foundingsLost', 'toldEarly'] as const) {
    expect(
      sum((visited) => visited[of]),
      of,
    ).toBeGreaterThan(SEEDS / 10);
  }
  // Net diffs are larger than may be held, and clients are reset for it.
  expect(sum(({resets}) => resets.get('too-much') ?? 0)).toBeGreaterThan(SEEDS / 10);
  const meanwhile = new Set(all.flatMap((visited) => [...visited.foundingPlaces]));
  for (const call of ['append ahead', 'put facts', 'send']) {
    expect(meanwhile, `${call}, in a first snapshot`).toContain(`before ${call}`);
    expect(meanwhile, `${call}, in a first snapshot`).toContain(`after ${call}`);
  }
  const places = new Set(all.flatMap((visited) => [...visited.places.keys()]));
  expect(sum(({settled}) => settled)).toBeGreaterThan(20 * SEEDS);
  for (const call of [
    'append ahead',
    'create ahead',
    'commit',
    'acknowledge',
    'next',
    'send',
    'put journal',
    'put pages',
  ]) {
    expect(places, call).toContain(`before ${call}`);
    expect(places, call).toContain(`after ${call}`);
  }
}, 300_000);

test.each(Object.keys(MUTANTS))(
  'it is noticed where %s',
  async (name) => {
    await loadSqlParser();
    let seed = 1;
    while (seed <= MUTANT_SEEDS_MAX && !(await failure(seed, MUTANTS[name]))) seed += 1;
    expect(seed, 'the first seed that notices').toBeLessThanOrEqual(MUTANT_SEEDS_MAX);
  },
  120_000,
);
