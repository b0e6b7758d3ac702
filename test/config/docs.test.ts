import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {expect, test} from 'vitest';
import {defaults} from '../../src/config/config.ts';
import {readConfig} from '../../src/config/read.ts';
import * as schema from '../../src/config/schema.ts';

const docs = readFileSync(resolve(import.meta.dirname, '../../docs/configuration.md'), 'utf8');

/** The part of the page under a heading, up to the next one. */
function section(heading: string): string {
  const begin = docs.indexOf(`\n${heading}`);
  expect(begin, heading).toBeGreaterThan(-1);
  return docs.slice(begin + heading.length).split(/\n##+ /)[0]!;
}

const SECTIONS: [heading: string, map: {shape: object}, initial: object][] = [
  ['## The top of the file', schema.top, defaults],
  ['## Sources', schema.source, defaults.source],
  ['## Queries', schema.query, defaults.query],
  ['## Limits', schema.limits, defaults.limits],
];
const common = ['kind', 'id', 'queries', 'autoStart', 'routes', 'defaultTemplate'];

test.each(SECTIONS)('%s tells every key of it, with its default', (heading, map, initial) => {
  const rows = section(heading);
  const told = [...rows.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
  const keys = Object.keys(map.shape).filter((key) => key !== 'bootstrapProviders');
  expect(told.toSorted()).toEqual(keys.toSorted());
  for (const [key, value] of Object.entries(initial)) {
    if (typeof value === 'object' || value === '') continue;
    expect(rows).toMatch(new RegExp(`^\\| \`${key}\` \\| [^|]+ \\| \`${value}\` \\|`, 'm'));
  }
});

test('the reactions tell every key of theirs', () => {
  const told = (heading: string) =>
    [...section(heading).matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key!);
  expect(told('## Reactions')).toEqual(common);
  expect([...common, ...told('### `sse`')].toSorted()).toEqual(
    Object.keys(schema.sse.shape).toSorted(),
  );
  expect(common.toSorted()).toEqual(Object.keys(schema.log.shape).toSorted());
});

test('every example of the page can be read', () => {
  const examples = [...docs.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!);
  const env = {DATABASE_URL: 'postgres://u@h/d', PGHOST: 'h', PGPASSWORD: 'p'};
  const parts = {
    sources: 'sources: [{kind: postgres, id: shop, database: d, user: u}]\n',
    queries:
      'queries: [{id: late-orders, autoStart: true, query: RETURN 1, sources: [{sourceId: shop}]}]\n',
  };
  for (const example of examples) {
    const value = /^tables:/m.test(example);
    const body = value
      ? `sources:\n  - kind: postgres\n    id: a\n    database: d\n    user: u\n${example.replaceAll(/^/gm, '    ')}`
      : example;
    const missing = Object.entries(parts).filter(
      ([key]) => !new RegExp(`^${key}:`, 'm').test(body),
    );
    const text = missing.map(([, part]) => part).join('') + body;
    expect(() => readConfig({text, file: 'configuration.md', env}), example).not.toThrow();
  }
  expect(examples.length).toBeGreaterThan(4);
});
