import {readdirSync, readFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {expect, test} from 'vitest';
import {loadConfig} from '../../src/config/load.ts';
import {redacted} from '../../src/config/redacted.ts';
import {sharedFile} from '../support/shared.ts';

const folder = resolve(import.meta.dirname, '../../config');
const text = (path: string) => readFile(path, 'utf8');
const DEMO = {
  TAILRACE_DEMO_PGHOST: '127.0.0.1',
  TAILRACE_DEMO_PGPORT: '54321',
  TAILRACE_DEMO_PGPASSWORD: 'of the demo',
  TAILRACE_DEMO_STATE: '/var/lib/demo/state',
};

test.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))(
  'config/%s can be read, without a warning, and names its schema',
  async (name) => {
    const path = resolve(folder, name);
    const {warnings} = await loadConfig({path, readFile: text, env: DEMO});
    expect(warnings).toEqual([]);
    expect(await text(path)).toMatch(/^# yaml-language-server: \$schema=\.\/schema\.json\n/);
  },
);

test('the demo runs the queries and reactions of server.yaml', async () => {
  const [server, demo] = await Promise.all(
    ['server.yaml', 'demo.yaml'].map((name) =>
      loadConfig({path: resolve(folder, name), readFile: text, env: DEMO}),
    ),
  );
  const queries = (loaded: typeof server) =>
    loaded!.config.queries.map(({place: _, ...query}) => query);
  expect(queries(demo)).toEqual(queries(server));
  const reactions = (loaded: typeof server) =>
    loaded!.config.reactions.map((reaction) => ({...reaction, host: undefined}));
  expect(reactions(demo)).toEqual(reactions(server));
  expect(demo!.config.sources[0]).toMatchObject({port: 54_321, password: 'of the demo'});
});

test('the demo listens to this machine alone, at ports that the environment may change', async () => {
  const env = {...DEMO, PORT: '9080', SSE_PORT: '9081'};
  const {config} = await loadConfig({path: resolve(folder, 'demo.yaml'), readFile: text, env});
  expect(config).toMatchObject({host: '127.0.0.1', port: 9080});
  expect(config.reactions[0]).toMatchObject({host: '127.0.0.1', port: 9081});
});

const tutorial = sharedFile('tutorial/config/server.yaml');

test.skipIf(!tutorial)('the tutorial of Drasi is read as it is', async () => {
  const {config, warnings} = await loadConfig({path: tutorial!, readFile: text, env: {}});
  expect(redacted(config)).toMatchObject({
    id: 'dashboard-server',
    port: 8080,
    logLevel: 'info',
    sources: [
      {
        id: 'metrics-db',
        host: 'postgres',
        password: '********',
        tables: ['public.metrics', 'public.alerts'],
        slotName: 'drasi_dashboard_slot',
        publicationName: 'drasi_publication',
      },
    ],
    queries: [
      {id: 'current-metrics', autoStart: true},
      {id: 'active-alerts', autoStart: true},
      {id: 'critical-metrics', autoStart: true},
    ],
    reactions: [
      {kind: 'sse', port: 8081, ssePath: '/events', heartbeatIntervalMs: 30_000},
      {
        kind: 'log',
        routes: {'critical-metrics': {added: {template: expect.stringContaining('CRITICAL')}}},
      },
    ],
  });
  expect(warnings).toEqual([]);
  const lines = readFileSync(tutorial!, 'utf8').split('\n');
  for (const {query, place} of config.queries) {
    const first = lines[place.line - 1]!.slice(place.column - 1);
    expect(first).toBe(query.split('\n')[0]);
  }
});
