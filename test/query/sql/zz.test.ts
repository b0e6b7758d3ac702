import {loadModule} from 'libpg-query';
import {test} from 'vitest';
import {compileSql} from '../../../src/query/sql/lower.ts';
import {optimise} from '../../../src/query/optimise.ts';
import {dataflow} from '../../../src/query/dataflow.ts';
import {problemsOf} from '../../../src/lib/problem.ts';
import {CATALOG} from './tables.ts';
import {generatedQuery, rendered} from '../../oracle/queries.ts';
import {generatedTables} from '../../oracle/schema.ts';
import {random} from '../../../src/lib/random.ts';
test('z', async () => {
  await loadModule();
  for (const q of ["select 2.5::float8::int4 as x, 0.5::float8::int4 as y, (2.5::float8)::int2 as z"]) {
    try { console.log(q, JSON.stringify(dataflow(optimise(compileSql(q, CATALOG))).hydrate(new Map()).map((e) => e.after))); } catch (e) { console.log(problemsOf(e).map((p) => p.message)); }
  }
  let n = 0, all = 0;
  for (let seed = 1; seed < 300; seed++) { const next = random(seed); const pick = (f: any) => f[Math.floor(next() * f.length)];
    const tables = generatedTables(pick); for (let i = 0; i < 24; i++) { const q = rendered(generatedQuery(tables, pick)); all++; if (q.includes('2.5::float8')) n++; } }
  console.log({n, all});
});
