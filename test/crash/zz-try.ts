import {loadSqlParser} from '../../src/pipeline/sql-parser.ts';
import {MUTANTS, RIGHT} from './mutants.ts';
import {simulate} from './simulation.ts';

await loadSqlParser();
const [from, to, which] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
const t = performance.now();
let bad = 0;
const total: Record<string, any> = {};
const messages = new Map<string, number>();
for (let seed = from; seed < to; seed++) {
  try {
    const v = await simulate(seed, which ? MUTANTS[which]! : RIGHT);
    for (const [k, x] of Object.entries(v)) {
      if (x instanceof Map) {
        total[k] ??= {};
        for (const [a, b] of x) total[k][a] = (total[k][a] ?? 0) + b;
      } else total[k] = (total[k] ?? 0) + x;
    }
  } catch (e: any) {
    bad++;
    const m = String(e?.message).slice(0, 110).replace(/\d+/g, 'N');
    messages.set(m, (messages.get(m) ?? 0) + 1);
    if (bad <= Number(process.argv[5] ?? 3)) console.log('seed', seed, e?.stack?.slice(0, 1500));
  }
}
console.log(total, 'bad', bad, 'ms', performance.now() - t);
console.log([...messages].sort((a, b) => b[1] - a[1]).slice(0, 8));
