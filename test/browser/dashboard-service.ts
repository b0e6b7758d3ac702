import {resolve} from 'node:path';
import type {Browser, Page} from 'playwright-core';
import {onTestFinished} from 'vitest';
import {readConfig} from '../../src/config/read.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {silentLog} from '../../src/lib/log.ts';
import {startService} from '../../src/pipeline.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import type {ServerAddress} from '../support/postgres-server.ts';
import {openProxy, type Wire} from '../support/proxy.ts';

const root = resolve(import.meta.dirname, '../..');

/** The real service on a database of its own, and a wire to it that can be cut. */
export interface Dashboard {
  readonly database: TestDatabase;
  readonly wire: Wire;
  /** Where the page is, through the wire. */
  readonly url: string;
  close(): Promise<void>;
}

const TABLES = `
  CREATE TABLE metrics (
    id serial PRIMARY KEY, name text NOT NULL, value numeric(10,2) NOT NULL, unit text);
  CREATE TABLE alerts (
    id serial PRIMARY KEY, metric_name text, severity text, message text,
    acknowledged boolean DEFAULT false, created_at timestamptz DEFAULT now());
  CREATE TABLE ledger (id int PRIMARY KEY, amount numeric NOT NULL, note text);
  CREATE PUBLICATION dashboard_publication FOR TABLE metrics, alerts, ledger;
  INSERT INTO metrics (name, value, unit) VALUES
    ('request_rate', 1250, 'req/min'), ('cpu_usage', 45.5, 'percent'),
    ('disk_usage', 78.1, 'percent'), ('memory_usage', 62.3, 'percent'),
    ('network_in', 125.4, 'mbps'), ('network_out', 89.2, 'mbps'),
    ('active_connections', 42, NULL), ('error_rate', 0.5, 'percent');
  INSERT INTO alerts (metric_name, severity, message)
    VALUES ('disk_usage', 'warning', 'the disk fills up');
  INSERT INTO ledger
    SELECT n, 12345678901234567890.10, CASE WHEN n > 1 THEN 'note ' || n END
    FROM generate_series(1, 130) AS n;
`;

/** Starts the demo's queries, and two that the page has no card for. */
export async function openDashboard(server?: ServerAddress): Promise<Dashboard> {
  const database = await testDatabase(server ? {server} : {});
  return serveDashboard(database).catch(async (cause) => {
    await database.drop();
    throw cause;
  });
}

async function serveDashboard(database: TestDatabase): Promise<Dashboard> {
  await database.query(TABLES);
  const {config} = readConfig({text: configText(database), file: 'dashboard.yaml', env: {}});
  const service = await startService(config, {
    clock: systemClock(),
    random: Math.random,
    pid: process.pid,
    log: silentLog,
    write: () => {},
    publicDir: resolve(root, 'public'),
    fail: (error) => {
      throw error;
    },
  });
  await service.ready();
  const {hostname, port} = new URL(service.addresses.api);
  const wire = await openProxy({host: hostname, port: Number(port)});
  return {
    database,
    wire,
    url: `http://127.0.0.1:${wire.port}/`,
    async close() {
      await wire.close();
      await service.stop();
      await database.drop();
    },
  };
}

const query = (id: string, text: string, table: string): string => `
  - id: ${id}
    autoStart: true
    query: ${JSON.stringify(text)}
    sources: [{sourceId: db, nodes: [${table}]}]`;

function configText({host, port, user, password, database}: TestDatabase): string {
  return `
id: dashboard-test
host: 127.0.0.1
port: 0
sources:
  - kind: postgres
    id: db
    host: ${host}
    port: ${port}
    database: ${database}
    user: ${user}
    password: ${JSON.stringify(password)}
    tables: [public.metrics, public.alerts, public.ledger]
    slotName: ${database}
    verifyMs: 500
    retryFirstMs: 100
    retryMaxMs: 500
    publicationName: dashboard_publication
queries:
${query('current-metrics', 'MATCH (m:metrics) RETURN m.id, m.name, m.value, m.unit', 'metrics')}
${query('active-alerts', 'MATCH (a:alerts) WHERE a.acknowledged = false RETURN a.id, a.metric_name, a.severity, a.message, a.created_at', 'alerts')}
${query('critical-metrics', "MATCH (m:metrics) WHERE m.name = 'disk_usage' AND m.value > 90 RETURN m.name, m.value, m.unit", 'metrics')}
${query('ledger-lines', 'MATCH (l:ledger) RETURN l.id, l.amount, l.note', 'ledger')}
${query('shares', 'SELECT id, 100 / (id - 500) AS share FROM ledger WHERE id BETWEEN 490 AND 510', 'ledger')}
reactions: []
`;
}

/** A page of the dashboard, and what a careful user would complain about. */
export interface Visit {
  readonly page: Page;
  /** Errors on the console, uncaught ones, and requests to anywhere else. Empty is right. */
  readonly complaints: string[];
}

/** Opens the dashboard; it is closed after the test. */
export async function visit(
  browser: Browser,
  url: string,
  options: NonNullable<Parameters<Browser['newPage']>[0]> & {
    readonly before?: (page: Page) => Promise<unknown>;
  } = {},
): Promise<Visit> {
  const {before, ...settings} = options;
  const page = await browser.newPage({viewport: {width: 1440, height: 900}, ...settings});
  onTestFinished(() => page.close());
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  const {origin} = new URL(url);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(request.url());
  });
  await before?.(page);
  await page.goto(url);
  return {page, complaints};
}
