import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import {expect, test} from 'vitest';

/**
 * The data's way, top to bottom, and what each place may import besides itself.
 * To add an edge is a design decision: change it here, and say why in the commit.
 */
const mayImport: Record<string, readonly string[]> = {
  lib: [],
  data: ['lib'],
  config: ['lib'],
  postgres: ['lib', 'data'],
  source: ['lib', 'data', 'postgres'],
  query: ['lib', 'data'],
  result: ['lib', 'data'],
  store: ['lib', 'data'],
  http: ['lib'],
  reaction: ['lib', 'data', 'store', 'http'],
  api: ['lib', 'data', 'source', 'result', 'store', 'http'],
  pipeline: [
    'lib',
    'data',
    'config',
    'postgres',
    'source',
    'query',
    'result',
    'store',
    'http',
    'reaction',
    'api',
  ],
  cli: ['lib', 'config', 'pipeline'],
  main: ['lib', 'config', 'pipeline', 'cli'],
};

/** Places whose answers must follow from their inputs alone: no I/O, no clock, no chance. */
const pure = ['data', 'query', 'result'];
const impure =
  /\b(await|async|setTimeout|setInterval)\b|Date\.now|new Date\(\)|Math\.random|process\.|'node:/;

const root = resolve(import.meta.dirname, '..');
const src = join(root, 'src');
const files = readdirSync(src, {recursive: true, encoding: 'utf8'}).filter((name) =>
  name.endsWith('.ts'),
);
const place = (file: string): string => file.split('/')[0]!.replace(/\.ts$/, '');
const code = (file: string): string =>
  readFileSync(join(src, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

test.each(files)('%s imports only what it may', (file) => {
  const imported = [...code(file).matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g)].map(([, path]) =>
    place(relative(src, resolve(src, dirname(file), path!))),
  );
  const allowed = [place(file), ...(mayImport[place(file)] ?? [])];
  expect(imported.filter((to) => !allowed.includes(to))).toEqual([]);
});

test.each(files.filter((file) => pure.includes(place(file))))('%s is pure', (file) => {
  expect(impure.exec(code(file))?.[0]).toBeUndefined();
});

test.each(files.filter((file) => file !== 'main.ts'))(
  '%s leaves the process to main.ts',
  (file) => {
    expect(/\bprocess\./.exec(code(file))?.[0]).toBeUndefined();
  },
);

test.each(files)('%s is one idea: at most 400 lines, none over 100 columns', (file) => {
  const lines = readFileSync(join(src, file), 'utf8').split('\n');
  expect(lines.length).toBeLessThanOrEqual(400);
  // A table of texts, a regular expression or an address may stand on one line.
  const long = lines.filter(
    (line) => line.length > 100 && !/https?:|'.{60,}'|`.{60,}`|\/.{60,}\//.test(line),
  );
  expect(long).toEqual([]);
});

/** From the plan on: whoever stands here may not ask which language a query was written in. */
const engine = files.filter((file) =>
  /^query\/(operators\/|(plan|expression|evaluate|dataflow|stage|optimise|explain|routing)[^/]*\.ts$)/.test(
    file,
  ),
);

test.each(engine)('%s knows no language', (file) => {
  expect(code(file)).not.toMatch(/from '[^']*\/(cypher|sql|middleware)\//);
});

test('every place is in the table', () => {
  expect(files.map(place).filter((name) => !(name in mayImport))).toEqual([]);
});

test('there are no barrels', () => {
  expect(files.filter((file) => /(^|\/)index\.ts$/.test(file))).toEqual([]);
});
