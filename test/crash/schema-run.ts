import {parseArgs} from 'node:util';
import {schemaChaos} from './schema-chaos.ts';

/**
 * `npx tsx test/crash/schema-run.ts --seed 7 --seeds 20`: so many runs, each with a seed of its
 * own, and what each came to. `--says`: what the service says goes to stderr.
 */
const {values} = parseArgs({
  options: {
    seed: {type: 'string', default: '1'},
    seeds: {type: 'string', default: '1'},
    rounds: {type: 'string', default: '4'},
    moves: {type: 'string', default: '25'},
    deadly: {type: 'string', default: '0.5'},
    kinds: {type: 'string'},
    named: {type: 'string'},
    says: {type: 'boolean', default: false},
  },
});
const first = Number(values.seed);
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const sinceMs = performance.now();
  const chaos = {
    seed,
    rounds: Number(values.rounds),
    moves: Number(values.moves),
    deadly: Number(values.deadly),
    ...(values.kinds && {kinds: values.kinds.split(',')}),
    ...(values.named && {named: values.named === 'true'}),
    ...(values.says && {says: (line: string) => void process.stderr.write(`${line}\n`)}),
  };
  const came = await schemaChaos(chaos).catch((error: unknown) => String(error));
  const seconds = Math.round((performance.now() - sinceMs) / 1000);
  process.stdout.write(
    `${JSON.stringify({seed, seconds})} ${typeof came === 'string' ? came : JSON.stringify(came)}\n`,
  );
}
