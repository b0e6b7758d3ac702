import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {launchBrowser, withoutBrowser} from '../support/browser.ts';
import {startServer, type TestServer} from '../support/postgres-server.ts';
import {faintTexts} from './contrast.ts';
import {type Dashboard, openDashboard, visit} from './dashboard-service.ts';

const value = '[data-metric="cpu_usage"] .metric-value';
/** The head's gradient where it is lightest: its text is light. */
const gradients = {'.head': '#0a5260'};

describe.skipIf(withoutBrowser())('the dashboard in trouble', () => {
  let server: TestServer;
  let dashboard: Dashboard;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), launchBrowser()]);
    dashboard = await openDashboard(server);
  });
  afterAll(async () => {
    await browser?.close();
    await dashboard?.close();
    await server?.dispose();
  });
  const sql = (statement: string): Promise<unknown> => dashboard.database.query(statement);

  test('does not say that it is live while Postgres is away, and is again once it is back', async () => {
    const {page} = await visit(browser, dashboard.url);
    await page.locator('[data-flow="live"]').waitFor();
    await page.locator(value, {hasText: '45.50'}).waitFor();
    await server.stop('immediate');
    onTestFinished(() => server.start().catch(() => {}));
    await page.locator('[data-link="live"][data-flow="stale"]', {hasText: 'Stale since'}).waitFor();
    await page.locator('.banner-source', {hasText: 'Source db is waiting'}).waitFor();
    await page.locator('.card-metrics.card-old .tag', {hasText: 'stale since'}).waitFor();
    expect(await page.locator(value).textContent()).toBe('45.50');
    expect(await page.title()).toBe('Stale · Tailrace');
    expect(await stations(page)).toMatchObject({db: 'waiting', Lag: 'not known'});
    expect(await faintTexts(page, gradients)).toEqual([]);
    await server.start();
    await page.locator('[data-flow="live"]', {hasText: 'Live'}).waitFor();
    await page.locator('.card-metrics:not(.card-old)').waitFor();
  });

  test('marks the card of a query that stands still, which keeps its rows', async () => {
    const {page} = await visit(browser, dashboard.url);
    await sql(`INSERT INTO ledger VALUES (499, 1, '')`);
    const card = page.locator('.card-query-shares');
    await card.locator('td', {hasText: '-100'}).waitFor();
    await sql(`INSERT INTO ledger VALUES (500, 1, '')`);
    await card.locator('.tag', {hasText: 'stands still'}).waitFor();
    await page.locator('.banner', {hasText: 'Query shares stands still'}).waitFor();
    expect(await card.locator('td').allInnerTexts()).toEqual(['499', '-100']);
    await sql(`DELETE FROM ledger WHERE id = 500`);
    await card.locator('.tag').waitFor({state: 'detached'});
  });

  test('tells of a slot that is nearly lost, who holds it back, and what ends that', async () => {
    const {page} = await visit(browser, dashboard.url, {
      before: (page) =>
        page.route('**/api/v1/sources', async (route) => {
          const response = await route.fetch();
          const body = (await response.json()) as {data: {slot: object}[]};
          Object.assign(body.data[0]?.slot ?? {}, NEARLY_LOST);
          await route.fulfill({response, json: body});
        }),
    });
    await page.locator('.station.bad', {hasText: '9.4 GB · given up in 12 min'}).waitFor();
    const banner = page.locator('.banner-slot', {hasText: 'about to lose its replication slot'});
    expect(await banner.locator('.problem').textContent()).toContain(
      'Process 4711 ("report", idle)',
    );
    expect(await banner.locator('code').textContent()).toBe('SELECT pg_terminate_backend(4711);');
  });

  test.each(['light', 'dark'] as const)(
    'can be read in %s colours, live and cut off',
    async (colorScheme) => {
      const {page} = await visit(browser, dashboard.url, {colorScheme, reducedMotion: 'reduce'});
      await page.locator('[data-flow="live"]').waitFor();
      await sql(`UPDATE metrics SET value = value + 1 WHERE name = 'error_rate'`);
      await page.locator('.entry').first().waitFor();
      expect(await faintTexts(page, gradients)).toEqual([]);
      dashboard.wire.refuse();
      onTestFinished(() => dashboard.wire.admit());
      dashboard.wire.cut();
      await page.locator('main.stale').waitFor();
      expect(await faintTexts(page, gradients)).toEqual([]);
    },
  );

  test('says of nothing that it goes on while the service is away', async () => {
    const {page} = await visit(browser, dashboard.url);
    const present = page.locator('.channel', {hasText: /streaming.* · .* live/s});
    await present.waitFor();
    dashboard.wire.refuse();
    onTestFinished(() => dashboard.wire.admit());
    dashboard.wire.cut();
    await page.locator('main.stale').waitFor();
    expect(await stations(page)).toMatchObject({
      db: 'not known',
      Lag: 'not known',
      Queries: 'not known',
    });
    expect((await stations(page)).Position).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    dashboard.wire.admit();
    await present.waitFor();
  });

  test('reads out what comes, and not each value that changes', async () => {
    const {page} = await visit(browser, dashboard.url);
    await page.locator('[data-flow="live"]').waitFor();
    const polite = page.locator('[aria-live="polite"]');
    expect(await polite.count()).toBe(2);
    for (const region of await polite.all()) {
      expect(await region.getAttribute('aria-relevant')).toBe('additions');
    }
  });
});

/** What the head says of the way of the data, by the names of its stations. */
async function stations(page: Page): Promise<Readonly<Record<string, string>>> {
  const texts = (part: string) => page.locator(`.station ${part}`).allInnerTexts();
  const [names, said] = await Promise.all([texts('dt'), texts('dd')]);
  return Object.fromEntries(names.map((name, index) => [name, said[index] ?? '']));
}

/** What the service says of such a slot: hours of a server's log cannot be had in a test. */
const NEARLY_LOST = {
  retainedBytes: 9.4e9,
  limitBytes: 1e10,
  minutesToLoss: 12.4,
  endsBy: 'limit',
  blocker: {kind: 'transaction', pid: 4711, application: 'report', state: 'idle', openMs: 5.4e6},
};
