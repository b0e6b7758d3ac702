import {loadSqlParser} from '../../src/pipeline/sql-parser.ts';
import {MUTANTS} from './mutants.ts';
import {simulate} from './simulation.ts';

await loadSqlParser();
process.on('uncaughtException', (e) => console.log('UNCAUGHT', e.message));
for (const [name, mutant] of Object.entries(MUTANTS)) {
  let caught = 0;
  let first = '';
  const n = Number(process.argv[2]);
  for (let seed = 1; seed <= n; seed++) {
    try {
      await simulate(seed, mutant);
    } catch (e: any) {
      caught++;
      first ||= String(e.message).slice(0, 90).replace(/\n/g, ' ');
    }
  }
  console.log(`${name}: ${caught}/${n}  ${first}`);
}
