import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {launchBrowser, withoutBrowser} from '../support/browser.ts';
import {testDatabase} from '../support/postgres.ts';
import {freePort, startServer} from '../support/postgres-server.ts';
import {queryYaml, type TestService, testService} from '../support/service.ts';
import {faintTexts} from './contrast.ts';
import {visit} from './dashboard-service.ts';

/** The head's gradient where it is lightest: its text is light. */
const gradients = {'.head': '#0a5260'};
const SALES = `
  CREATE TABLE sales (id int PRIMARY KEY, region text, amount int, closed timestamptz);
  CREATE PUBLICATION test_publication FOR TABLE sales;
  INSERT INTO sales VALUES (1, 'north', 10, now()), (2, NULL, 20, NULL)`;
const BY_REGION = queryYaml(
  'by-region',
  'SELECT region, sum(amount) AS total FROM sales GROUP BY region',
);

describe.skipIf(withoutBrowser())('the dashboard tells who sees it for the first time', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  const opened = async (url: string, options: Parameters<typeof visit>[2] = {}): Promise<Page> =>
    (await visit(browser, url, {reducedMotion: 'reduce', ...options})).page;

  test('of all that is wrong with a source, and of what mends each', async () => {
    const server = await startServer({wal_level: 'replica'});
    onTestFinished(() => server.dispose());
    const database = await testDatabase({server});
    const missing = ['orders', 'lines', 'clients', 'shops', 'carts'];
    const service = await testService({
      database,
      sql: SALES,
      queries: BY_REGION,
      source: [`tables: [sales, ${missing.join(', ')}]`],
      settled: false,
    });
    onTestFinished(service.close);
    for (const [colorScheme, width] of [
      ['light', 1440],
      ['dark', 360],
    ] as const) {
      const viewport = {width, height: 900};
      const page = await opened(service.addresses.api, {colorScheme, viewport});
      const banner = page.locator('.banner-source', {hasText: 'Source db is waiting: 6 problems'});
      const seen = banner.locator('.problem:visible');
      await seen.filter({hasText: 'wal_level'}).waitFor();
      expect(await seen.count()).toBe(4);
      await banner.locator('summary', {hasText: '2 more problems'}).click();
      expect(await seen.locator('.problem-hint').count()).toBe(6);
      for (const table of missing) await seen.filter({hasText: `"${table}"`}).waitFor();
      expect(await faintTexts(page, gradients)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
  });

  test('of tables that it does not follow, while it follows others', async () => {
    const source = ['tables: [sales, orders, lines]'];
    const service = await testService({sql: SALES, queries: BY_REGION, source});
    onTestFinished(service.close);
    const page = await opened(service.addresses.api, {viewport: {width: 360, height: 800}});
    const warnings = page.locator('.banner-warnings');
    await warnings.filter({hasText: 'Source db works, with 2 warnings'}).waitFor();
    expect(await warnings.locator('.problem:visible').count()).toBe(0);
    await warnings.locator('summary').click();
    const texts = await warnings.locator('.problem:visible').allTextContents();
    expect(texts.map((text) => /"(\w+)".*Hint/.exec(text)?.[1])).toEqual(['orders', 'lines']);
    expect(await faintTexts(page, gradients)).toEqual([]);
  });

  test('in a narrow window: of many states, of a long text, and of a query that was never started', async () => {
    const stopped = queryYaml('idle', 'SELECT id FROM sales WHERE id > 9');
    const service = await testService({
      sql: `${SALES}; INSERT INTO sales VALUES (3, repeat('Lorem ipsum ', 500), 0, NULL)`,
      queries: BY_REGION + stopped.replace('autoStart: true', 'autoStart: false'),
    });
    onTestFinished(service.close);
    const page = await opened(service.addresses.api, {viewport: {width: 360, height: 800}});
    const idle = page.locator('.card-query-idle');
    await idle.filter({hasText: 'The query is stopped: start it over the API'}).waitFor();
    const line = page.locator('.card-query-by-region td', {hasText: 'Lorem'});
    expect((await line.boundingBox())?.height).toBeLessThan(150);
    const counts = page.locator('.station', {hasText: '1 live, 1 stopped'}).locator('.counts');
    await counts.evaluate((node) => (node.textContent = '6 live, 1 stopped, 1 failed, 2 starting'));
    const cut = await counts.evaluate((node) => node.scrollWidth > node.clientWidth + 1);
    expect(cut).toBe(false);
  });

  test('that a service went away, does not answer, and began anew without what it had', async () => {
    const database = await testDatabase();
    const port = await freePort();
    const limits = '{clientRetryMs: 1600}';
    const start = (sql: string): Promise<TestService> =>
      testService({database, port, sql, limits, queries: BY_REGION});
    const first = await start(SALES);
    const page = await opened(first.addresses.api);
    await page.locator('[data-flow="live"]').waitFor();
    await database.query('UPDATE sales SET amount = 1100 WHERE id = 1');
    await page.locator('.entry', {hasText: 'north'}).waitFor();
    const lost = page.locator('.banner-lost');

    const closed = lost.filter({hasText: 'The service has closed the connection.'}).waitFor();
    await Promise.all([first.stop(), closed]);
    await lost.filter({hasText: 'The service does not answer. It was last heard at'}).waitFor();
    expect(await lost.textContent()).toContain(`reaches http://127.0.0.1:${port}.`);
    await lost.filter({hasText: /Tried \d+ times, trying again/}).waitFor();
    expect(await faintTexts(page, gradients)).toEqual([]);

    const second = await start('UPDATE sales SET amount = 1200 WHERE id = 1');
    onTestFinished(second.close);
    const notice = page.locator('.banner-notice', {hasText: 'The service has started anew'});
    await notice.waitFor();
    await lost.waitFor({state: 'detached'});
    await page.locator('td', {hasText: '1200'}).waitFor();
    await database.query('UPDATE sales SET amount = 1300 WHERE id = 1');
    await page.locator('.entry', {hasText: '1300'}).waitFor();
    const entries = await page.locator('.entry').allTextContents();
    // What the service had not read yet when the page came back is added besides.
    expect(entries.flatMap((text) => /updated|started anew/.exec(text)?.[0] ?? [])).toEqual([
      'updated',
      'started anew',
      'updated',
    ]);
    expect(await faintTexts(page, gradients)).toEqual([]);
    await notice.locator('button').click();
    await notice.waitFor({state: 'detached'});
    expect(await page.locator('.entry-notice').count()).toBe(1);
  });

  test('of a row whose key is null, by a null that is no text', async () => {
    const service = await testService({
      sql: SALES,
      queries: BY_REGION + queryYaml('all', 'SELECT id, region, closed FROM sales'),
    });
    onTestFinished(service.close);
    const page = await opened(service.addresses.api);
    await page.locator('[data-flow="live"]').waitFor();
    await service.database.query('UPDATE sales SET amount = 21 WHERE id = 2');
    const entry = page.locator('.entry', {hasText: 'total'}).first();
    await entry.waitFor();
    expect(await entry.locator('b').textContent()).toBe('null');
    const style = await entry
      .locator('b .null')
      .evaluate((element) => getComputedStyle(element).fontStyle);
    expect(style).toBe('italic');
    await service.database.query(`UPDATE sales SET region = NULL, closed = NULL WHERE id = 1`);
    const changed = page.locator('.entry', {hasText: 'closed'}).first();
    await changed.waitFor();
    expect(await changed.locator('ins .null').count()).toBe(2);
    expect(await page.locator('.log').textContent()).not.toContain('\\N');
  });
});
