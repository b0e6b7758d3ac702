import {expect, test} from 'vitest';
import {sourcesChaos} from './sources-chaos.ts';

const {TAILRACE_SOURCES_SEEDS: count = '1', TAILRACE_SOURCES_FIRST: first = '14'} = process.env;
const seeds = Array.from({length: Number(count)}, (_, at) => Number(first) + at);

test.each(seeds)(
  'seed %i: of three sources whatever one of them suffers, all agree with their databases in the end',
  async (seed) => {
    const came = await sourcesChaos({seed, rounds: 1});
    expect(came.kills + came.outages + came.slotsLost).toBeGreaterThan(0);
    expect(came.commits).toBeGreaterThan(50);
    expect(came.events).toBeGreaterThan(50);
    expect(came.pasts).toBeGreaterThan(10);
  },
  120_000,
);
