import {existsSync, readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {expect, test} from 'vitest';
import {difference, type TckCase} from './tck-case.ts';

const file = resolve(import.meta.dirname, '../../../../shared/tck/expressions.json');
const cases = JSON.parse(readFileSync(file, 'utf8')) as TckCase[];
test('x', () => {
  const by: Record<string, [number, number]> = {};
  const out: string[] = [];
  for (const tck of cases) {
    let why: string | undefined;
    try {
      why = difference(tck);
    } catch (e) {
      why =
        e instanceof Error
          ? `${e.name} ${e.message}${e.name === 'Problem' || e.name === 'Problems' ? '' : e.stack}`
          : String(e);
    }
    const c = (by[tck.category] ??= [0, 0]);
    c[1] += 1;
    if (why === undefined) c[0] += 1;
    else out.push(`${tck.id} ${tck.category}: ${tck.query.slice(0, 300)}\n   ${why.slice(0, 400)}`);
  }
  require('node:fs').writeFileSync('/tmp/tck.txt', out.join('\n'));
  console.log(by, out.length);
  expect(existsSync(file)).toBe(true);
});
