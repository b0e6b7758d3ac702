import {existsSync, readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {expect, test} from 'vitest';

const root = resolve(import.meta.dirname, '..');
const page = readFileSync(resolve(root, 'docs/operations.md'), 'utf8');
const docs = page.slice(page.indexOf('## What goes wrong with replication'));
const rows = [...docs.matchAll(/^\| (\d+) \|(.*)\|$/gm)].map(([, number, text = '']) => ({
  number: Number(number),
  tests: [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, file = '']) => file),
}));

test('the table of what goes wrong has all thirty rows', () => {
  expect(rows.map(({number}) => number)).toEqual(Array.from({length: 30}, (_, i) => i + 1));
});

test.each(rows)('row $number names a test that there is', ({tests}) => {
  expect(tests.length).toBeGreaterThan(0);
  expect(tests.filter((file) => !existsSync(resolve(root, file)))).toEqual([]);
});
