import {parseArgs} from 'node:util';
import {sourcesChaos} from './sources-chaos.ts';

/** `npx tsx test/crash/sources-run.ts --seed 7 --seeds 20`: so many runs, each with a seed of its own. */
const {values} = parseArgs({
  options: {
    seed: {type: 'string', default: '1'},
    seeds: {type: 'string', default: '1'},
    rounds: {type: 'string', default: '3'},
    says: {type: 'boolean', default: false},
  },
});
const first = Number(values.seed);
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const sinceMs = performance.now();
  const says = (line: string): void => void process.stderr.write(`${line}\n`);
  const chaos = {seed, rounds: Number(values.rounds), ...(values.says && {says})};
  const came = await sourcesChaos(chaos).catch((error: unknown) => String(error));
  const seconds = Math.round((performance.now() - sinceMs) / 1000);
  process.stdout.write(`${JSON.stringify({seed, seconds})} ${JSON.stringify(came)}\n`);
}
