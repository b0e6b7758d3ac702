import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {readConfig} from '../../src/config/read.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {silentLog} from '../../src/lib/log.ts';
import {type Service, startService} from '../../src/pipeline.ts';
import {launchBrowser, withoutBrowser} from '../support/browser.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {sharedFile} from '../support/shared.ts';
import {until} from '../support/until.ts';

/**
 * A tutorial written for Drasi Server, as it stands: its configuration, its page and its
 * statements, not a byte of them changed. Only the name `postgres`, which its compose file
 * gives the database, is resolved to where the database is here. Its page speaks to the
 * ports 8080 and 8081 of localhost.
 */
const folder = sharedFile('tutorial/config/server.yaml')?.replace('/config/server.yaml', '');
const skipped = folder === undefined || withoutBrowser();

describe.skipIf(skipped)('the tutorial runs as it is', () => {
  const file = (path: string) => readFile(resolve(folder!, path), 'utf8');
  const written: string[] = [];
  let store: string;
  let database: TestDatabase;
  let service: Service;
  let browser: Browser;
  let page: Page;
  let web: ReturnType<typeof createServer>;
  let statements: string[];

  beforeAll(async () => {
    database = await testDatabase();
    await database.query(await file('init.sql'));
    store = await mkdtemp(join(tmpdir(), 'tailrace-tutorial-'));
    service = await startTutorial(database, await file('config/server.yaml'), {written, store});
    await service.ready();
    const html = await file('public/index.html');
    web = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html').end(html);
    });
    await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(`http://localhost:${(web.address() as AddressInfo).port}/`);
    statements = (await file('step8.sql'))
      .split(';')
      .map((text) => text.trim())
      .filter((text) => text !== '');
  });
  afterAll(async () => {
    await browser?.close();
    web?.close();
    await service?.stop();
    await database?.drop();
    await rm(store, {recursive: true, force: true});
  });

  const card = (id: string) =>
    page
      .locator(`#${id}`)
      .textContent()
      .then((text) => text ?? '');
  const reads = (id: string, text: string | RegExp) =>
    until(
      async () => {
        const shown = (await card(id)).replace(/\s+/g, ' ');
        return typeof text === 'string' ? shown.includes(text) : text.test(shown);
      },
      {what: `#${id} to read ${text}`, limitMs: 5000},
    );

  test('the page shows the rows that the script put in, and is connected', async () => {
    await reads('status', 'Connected');
    await reads('metrics', 'cpu usage 45.5 percent');
    await reads('metrics', 'request rate 1250 req/min');
    expect(await page.locator('#metrics .metric').count()).toBe(8);
    await reads('alerts', /disk_usage warning Disk usage above 75%/i);
    await reads('critical', /No critical metrics|All metrics within normal range/);
  });

  test('each statement of step 8 does to the cards what the tutorial says', async () => {
    expect(statements).toHaveLength(6);
    const [cpu, disk, alert, rate, acknowledge, errors] = statements;
    await database.query(cpu!);
    await reads('metrics', 'cpu usage 85.5 percent');
    await reads('critical', 'cpu usage 85.5 percent');
    await reads('events', 'added critical-metrics');
    expect(written.join('\n')).toContain('CRITICAL: cpu_usage = 85.50percent');

    await database.query(disk!);
    await reads('metrics', 'disk usage 95 percent');
    await reads('critical', 'disk usage 95 percent');

    await database.query(alert!);
    await reads('alerts', /cpu_usage critical CPU usage exceeded 85%/i);

    await database.query(rate!);
    await reads('metrics', 'request rate 2500 req/min');

    await database.query(acknowledge!);
    await until(async () => !(await card('alerts')).includes('disk_usage'));
    await reads('events', 'deleted active-alerts');

    await database.query(errors!);
    await reads('metrics', 'error rate 8.5 percent');
    await reads('critical', 'error rate 8.5 percent');
    expect(await page.locator('#critical .metric').count()).toBe(3);
  });

  test('the block of step 9 is one transaction: it moves the page once, when it commits', async () => {
    const block = /DO[\s\S]*END \\\$\\\$;/.exec(await file('step9.sh'));
    const sql = block![0].replaceAll('\\$', '$').replace('pg_sleep(2)', 'pg_sleep(0.01)');
    const before = await page.locator('#events .event').count();
    await database.query("UPDATE metrics SET value = 0 WHERE name = 'cpu_usage'");
    await reads('metrics', 'cpu usage 0 percent');
    await database.query(sql);
    await until(
      async () => !/cpu usage 0 percent/.test((await card('metrics')).replace(/\s+/g, ' ')),
    );
    const [row] = await database.query<{value: string}>(
      "SELECT value::float8::text AS value FROM metrics WHERE name = 'cpu_usage'",
    );
    await reads('metrics', `cpu usage ${row!.value} percent`);
    // One update of three metrics, and the row that left or entered the critical ones.
    expect((await page.locator('#events .event').count()) - before).toBeLessThan(10);
  });
});

async function startTutorial(
  database: TestDatabase,
  text: string,
  {written, store}: {readonly written: string[]; readonly store: string},
): Promise<Service> {
  const {config} = readConfig({text, file: 'server.yaml', env: {}});
  const [source] = config.sources;
  expect(source?.host).toBe('postgres');
  const {host, port, user, password} = database;
  const here = {...source!, host, port, user, password, database: database.database};
  // In its own container that folder is new.
  expect(config.stateStore?.path).toBe('/data/state.redb');
  return startService(
    {...config, sources: [here], stateStore: {...config.stateStore!, path: store}},
    {
      clock: systemClock(),
      random: Math.random,
      pid: process.pid,
      log: silentLog,
      write: (line) => void written.push(line),
      publicDir: resolve(import.meta.dirname, '../../public'),
      fail: (error) => {
        throw error;
      },
    },
  );
}
