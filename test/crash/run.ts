import {parseArgs} from 'node:util';
import {survive} from './kill.ts';
import {weather} from './network.ts';
import {twins} from './twins.ts';
import type {Durability} from './workload.ts';

/**
 * `npx tsx test/crash/run.ts --kills 200 --seed 7`: kills, and prints what it came to.
 * `--network 300`: that many faults of the network besides, with the kills among them.
 * `--twins 20 --durability interval`: two instances on one slot, killed, stopped and paused in turn.
 */
const {values} = parseArgs({
  options: {
    kills: {type: 'string', default: '200'},
    seed: {type: 'string', default: '1'},
    network: {type: 'string'},
    twins: {type: 'string'},
    durability: {type: 'string', default: 'group'},
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
const sinceMs = performance.now();
const came = await ordeal();
const seconds = Math.round((performance.now() - sinceMs) / 1000);
process.stdout.write(`${JSON.stringify({...came, seconds}, null, 2)}\n`);

function ordeal(): Promise<object> {
  const durability = values.durability as Durability;
  if (values.twins) return twins({rounds: Number(values.twins), seed, durability});
  if (values.network) return weather({faults: Number(values.network), kills, seed});
  return survive({kills, seed});
}
