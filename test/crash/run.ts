import {parseArgs} from 'node:util';
import {survive} from './kill.ts';
import {weather} from './network.ts';

/**
 * `npx tsx test/crash/run.ts --kills 200 --seed 7`: kills, and prints what it came to.
 * `--network 300`: that many faults of the network besides, with the kills among them.
 */
const {values} = parseArgs({
  options: {
    kills: {type: 'string', default: '200'},
    seed: {type: 'string', default: '1'},
    network: {type: 'string'},
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
const sinceMs = performance.now();
const came = values.network
  ? await weather({faults: Number(values.network), kills, seed})
  : await survive({kills, seed});
const seconds = Math.round((performance.now() - sinceMs) / 1000);
process.stdout.write(`${JSON.stringify({...came, seconds}, null, 2)}\n`);
