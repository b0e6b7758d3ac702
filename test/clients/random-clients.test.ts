import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {run} from './run.ts';

/**
 * `TAILRACE_CLIENT_SEEDS` and `TAILRACE_CLIENT_FIRST` choose the seeds, `TAILRACE_CLIENT_MS` how
 * long each goes on.
 */
const {TAILRACE_CLIENT_SEEDS, TAILRACE_CLIENT_FIRST, TAILRACE_CLIENT_MS} = process.env;
const first = Number(TAILRACE_CLIENT_FIRST ?? 1);
const seeds = Array.from({length: Number(TAILRACE_CLIENT_SEEDS ?? 2)}, (_, i) => first + i);
const durationMs = Number(TAILRACE_CLIENT_MS ?? 4000);

test.each(seeds)(
  'whatever clients do, they hold what there is: seed %i',
  async (seed) => {
    const path = await mkdtemp(join(tmpdir(), 'tailrace-clients-'));
    onTestFinished(() => rm(path, {recursive: true, force: true}));
    const met = await run({seed, durationMs, path});
    // biome-ignore lint/suspicious/noConsole: whoever asks for seeds wants to know what was met
    if (TAILRACE_CLIENT_SEEDS) console.log(seed, met);
    expect(Math.min(met.event ?? 0, met.snapshot ?? 0, met.checksum ?? 0)).toBeGreaterThan(0);
    expect(met['200']).toBeGreaterThan(0);
  },
  120_000,
);
