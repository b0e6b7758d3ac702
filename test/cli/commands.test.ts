import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openFolder} from '../support/demo-place.ts';
import {program} from '../support/program.ts';
import {until} from '../support/until.ts';

/** A configuration whose environment is all there. */
const GOOD = `
id: test
sources:
  - {kind: postgres, id: db, host: localhost, database: d, user: u, password: p}
queries:
  - {id: q, autoStart: true, query: 'MATCH (m:metrics) RETURN m.id', sources: [{sourceId: db}]}
reactions:
  - {kind: log, id: l, queries: [q]}
`;

async function run(args: string[], options: {env?: Record<string, string>; input?: string} = {}) {
  const running = program(args, options);
  return {code: await running.ended, out: running.out, err: running.err};
}

test('--help names each command, and --version the version', async () => {
  const help = await run(['--help']);
  expect(help.code).toBe(0);
  for (const word of ['--config FILE', 'validate', 'sql "STATEMENT"', 'PORT']) {
    expect(help.out).toContain(word);
  }
  expect(await run(['--version'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

test('an unknown command ends with 1, and with no stack', async () => {
  const {code, out, err} = await run(['strat']);
  expect({code, out}).toEqual({code: 1, out: ''});
  expect(err).toContain(
    '[command-line] could not read the command line: there is no command "strat"',
  );
  expect(err).not.toContain('.js:');
});

test('a good configuration is summed up', async () => {
  const file = join(await openFolder(), 'good.yaml');
  await writeFile(file, GOOD);
  const {code, out, err} = await run(['validate', '--config', file]);
  expect({code, out, err}).toEqual({code: 0, out: 'ok: 1 source, 1 query, 1 reaction\n', err: ''});
});

test('a query that is none is a problem with its place in the file', async () => {
  const file = join(await openFolder(), 'query.yaml');
  await writeFile(file, GOOD.replace('RETURN m.id', 'RETRUN m.id'));
  const {code, out, err} = await run(['validate', '--config', file]);
  expect({code, out}).toEqual({code: 1, out: ''});
  expect(err).toMatch(/query\.yaml:6:\d+/);
});

test('middleware that a query in SQL takes its rows through is a problem before any start', async () => {
  const file = join(await openFolder(), 'sql.yaml');
  const decoder = '{kind: decoder, name: d, config: {encoding_type: hex, target_property: raw}}';
  const query = `'SELECT id FROM metrics', middleware: [${decoder}]`;
  const inSql = GOOD.replace("'MATCH (m:metrics) RETURN m.id'", query);
  await writeFile(file, inSql.replace('sourceId: db}', 'sourceId: db, pipeline: [d]}'));
  const {code, err} = await run(['validate', '--config', file]);
  expect(code).toBe(1);
  expect(err).toContain('[middleware-in-sql] a query in SQL takes no middleware');
  expect(err).toMatch(/sql\.yaml:6:\d+/);
  await writeFile(file, inSql);
  expect((await run(['validate', '--config', file])).code).toBe(0);
});

test('a jq program, the setting of a middleware and a typo are told at once, each at its place', async () => {
  const file = join(await openFolder(), 'jq.yaml');
  const queries = `queries:
  - id: q
    autoStart: true
    query: |
      MATCH (m:metrics)
      RETURN n.id
    sources: [{pipeline: [split]}]
    middleware:
      - kind: jq
        name: split
        config:
          metrics:
            insert:
              - query: |
                  .items[]
                  | | {id: .id}
                haltOnErr: false
`;
  await writeFile(file, GOOD.replace(/queries:\n {2}- .*\n/, queries));
  const {code, out, err} = await run(['validate', '--config', file]);
  expect({code, out}).toEqual({code: 1, out: ''});
  const places = [...err.matchAll(/^\[([a-z-]+)\].*\n {2}at .*jq\.yaml:(\d+:\d+)$/gm)];
  expect(places.map(([, problem, place]) => `${place} ${problem}`)).toEqual([
    '10:14 cypher-unknown-variable',
    '11:15 missing-key',
    '20:21 middleware-setting',
    '21:17 middleware-setting',
  ]);
  expect(err).toContain('      | | {id: .id}\n        ^');
});

test('all problems of a configuration are told at once, with their places', async () => {
  const file = join(await openFolder(), 'bad.yaml');
  await writeFile(file, GOOD.replace('queries: [q]', 'queries: [other], nonsense: 1'));
  const {code, out, err} = await run(['validate', '--config', file]);
  expect({code, out}).toEqual({code: 1, out: ''});
  expect(err.match(/^\[[a-z-]+\] /gm)).toHaveLength(2);
  expect(err).toMatch(/bad\.yaml:8:\d+/);
});

test('a configuration that is not there is a problem of both commands', async () => {
  const missing = join(await openFolder(), 'none.yaml');
  for (const args of [
    ['validate', '-c', missing],
    ['-c', missing],
  ]) {
    const {code, err} = await run(args);
    expect(code).toBe(1);
    expect(err).toContain(missing);
    expect(err).not.toContain('.js:');
  }
});

test('a service that no terminal listens to says nothing but lines of JSON', async () => {
  const file = join(await openFolder(), 'service.yaml');
  await writeFile(
    file,
    `host: 127.0.0.1\nport: 0\n${GOOD.replace('host: localhost', 'host: none.invalid')}`,
  );
  const running = program(['--config', file]);
  await until(() => running.err.includes('cannot-connect'));
  running.kill('SIGTERM');
  expect(await running.ended).toBe(0);
  const lines = running.err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toContainEqual(
    expect.objectContaining({level: 'warn', source: 'db', code: 'cannot-connect'}),
  );
  expect(lines.at(-1)).toMatchObject({level: 'info', msg: 'the service stops'});
});

test('sql without a demo tells how to start one, also from stdin', async () => {
  const env = {TAILRACE_DATA: await openFolder()};
  const {code, err} = await run(['sql'], {env, input: 'SELECT 1'});
  expect(code).toBe(1);
  expect(err).toContain('[demo-not-running]');
  expect(err).toContain('npm start');
  expect((await run(['sql'], {env})).err).toContain('[sql-missing]');
});
