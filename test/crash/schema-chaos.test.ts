import {expect, test} from 'vitest';
import {schemaChaos} from './schema-chaos.ts';

test.each([4, 103])(
  'seed %i: whatever is altered, administered and killed, all agree with Postgres in the end',
  async (seed) => {
    const came = await schemaChaos({seed, rounds: 1, moves: 12, deadly: 1});
    expect(came.moves.done).toBeGreaterThan(3);
    expect(came.rows.done).toBeGreaterThan(10);
    expect(came.kills + came.postgresCrashes).toBeGreaterThan(0);
    expect(came.events).toBeGreaterThan(10);
  },
  120_000,
);
