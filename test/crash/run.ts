import {parseArgs} from 'node:util';
import {survive} from './kill.ts';

/** `npx tsx test/crash/run.ts --kills 200 --seed 7`: kills, and prints what it came to. */
const {values} = parseArgs({
  options: {
    kills: {type: 'string', default: '200'},
    seed: {type: 'string', default: '1'},
  },
});
const sinceMs = performance.now();
const survived = await survive({kills: Number(values.kills), seed: Number(values.seed)});
const seconds = Math.round((performance.now() - sinceMs) / 1000);
process.stdout.write(`${JSON.stringify({...survived, seconds}, null, 2)}\n`);
