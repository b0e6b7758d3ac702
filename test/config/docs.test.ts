import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {expect, test} from 'vitest';
import {defaults} from '../../src/config/config.ts';
import {readConfig} from '../../src/config/read.ts';
import * as schema from '../../src/config/schema.ts';

const docs = readFileSync(resolve(import.meta.dirname, '../../docs/configuration.md'), 'utf8');

/** The table of keys under a heading. */
function keyTable(heading: string): string {
  const begin = docs.indexOf(`\n${heading}`);
  const table = docs.indexOf('| key |', begin);
  expect(begin, heading).toBeGreaterThan(-1);
  return docs.slice(table, docs.indexOf('\n\n', table));
}

const keysIn = (table: string): string[] =>
  [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key!);

const SECTIONS: [heading: string, map: {shape: object}, initial: object][] = [
  ['## The top of the file', schema.top, defaults],
  ['## The state store', schema.stateStore, defaults.stateStore],
  ['## Sources', schema.source, defaults.source],
  ['## Queries', schema.query, defaults.query],
  ['## Limits', schema.limits, defaults.limits],
];
const common = ['kind', 'id', 'queries', 'autoStart', 'routes', 'defaultTemplate'];

test.each(SECTIONS)('%s tells every key of it, with its default', (heading, map, initial) => {
  const rows = keyTable(heading);
  const told = keysIn(rows);
  const keys = Object.keys(map.shape).filter((key) => key !== 'bootstrapProviders');
  expect(told.toSorted()).toEqual(keys.toSorted());
  for (const [key, value] of Object.entries(initial)) {
    if (typeof value === 'object' || value === '') continue;
    expect(rows).toMatch(new RegExp(`^\\| \`${key}\` \\| [^|]+ \\| \`${value}\` \\|`, 'm'));
  }
});

test('the reactions tell every key of theirs', () => {
  const sse = keysIn(keyTable('### `sse`'));
  expect(keysIn(keyTable('## Reactions'))).toEqual(common);
  expect([...common, ...sse].toSorted()).toEqual(Object.keys(schema.sse.shape).toSorted());
  expect(common.toSorted()).toEqual(Object.keys(schema.log.shape).toSorted());
});

/** What an example leaves out because it is about something else. */
const REST = {
  sources: 'sources: [{kind: postgres, id: shop, database: d, user: u}]\n',
  queries:
    'queries: [{id: late-orders, autoStart: true, query: RETURN 1, sources: [{sourceId: shop}]}]\n',
};
const SOURCE_OF_VALUES =
  'sources:\n  - kind: postgres\n    id: shop\n    database: d\n    user: u\n';

test('every example of the page can be read', () => {
  const examples = [...docs.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!);
  const env = {DATABASE_URL: 'postgres://u@h/d', PGHOST: 'h', PGPASSWORD: 'p'};
  for (const example of examples) {
    const isOfSource = /^tables:/m.test(example);
    const file = isOfSource ? SOURCE_OF_VALUES + example.replaceAll(/^/gm, '    ') : example;
    const rest = Object.entries(REST).filter(([key]) => !new RegExp(`^${key}:`, 'm').test(file));
    const text = rest.map(([, part]) => part).join('') + file;
    expect(() => readConfig({text, file: 'configuration.md', env}), text).not.toThrow();
  }
  expect(examples.length).toBeGreaterThan(4);
});
