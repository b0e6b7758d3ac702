import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {launchBrowser, withoutBrowser} from '../support/browser.ts';
import {animations, recordAnimations} from './animations.ts';
import {type Dashboard, openDashboard, visit} from './dashboard-service.ts';

const metric = (name: string): string => `[data-metric="${name}"] .metric-value`;
const live = '[data-link="live"]';

/** Sees a text appear, and complains with what stood there instead. */
async function shows(page: Page, selector: string, text: string | RegExp): Promise<void> {
  const place = page.locator(selector).filter({hasText: text}).first();
  await place.waitFor().catch(async (cause) => {
    const found = await page.locator(selector).allInnerTexts();
    throw new Error(`${selector} shows ${JSON.stringify(found)}, not ${text}`, {cause});
  });
}

describe.skipIf(withoutBrowser())('the dashboard', () => {
  let dashboard: Dashboard;
  let browser: Browser;

  beforeAll(async () => {
    [dashboard, browser] = await Promise.all([openDashboard(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await dashboard?.close();
  });

  const sql = (statement: string): Promise<unknown> => dashboard.database.query(statement);
  const setMetric = (name: string, value: string): Promise<unknown> =>
    sql(`UPDATE metrics SET value = ${value} WHERE name = '${name}'`);

  test('shows the rows of the three queries, with all their digits', async () => {
    const {page, complaints} = await visit(browser, dashboard.url);
    await shows(page, metric('disk_usage'), '78.10');
    await shows(page, metric('request_rate'), '1250.00');
    await shows(page, '.card-alerts', 'the disk fills up');
    await shows(page, '.card-critical', 'All within range');
    await shows(page, '.link', 'Live');
    await shows(page, '.station', /db\s*streaming/);
    await shows(page, '.station', /Log kept\s*\d/);
    await shows(page, '.station', /Verified\s*.* at \d+\/[0-9A-F]+/);
    expect(await page.locator('.metric-name').allInnerTexts()).toEqual(
      [...(await page.locator('.metric-name').allInnerTexts())].sort(),
    );
    expect(complaints).toEqual([]);
  });

  test('moves a value while one looks, and logs what changed', async () => {
    const {page, complaints} = await visit(browser, dashboard.url);
    await shows(page, metric('cpu_usage'), '45.50');
    await setMetric('cpu_usage', '61.25');
    const committedAtMs = performance.now();
    await shows(page, metric('cpu_usage'), '61.25');
    expect(performance.now() - committedAtMs).toBeLessThan(1000);
    await shows(page, '[data-metric="cpu_usage"] .metric-change', '15.75');
    await shows(
      page,
      '.entry',
      /updated\s*current-metrics\s*cpu_usage\s*value\s*45.50\s*→\s*61.25/,
    );
    await shows(page, '.entry-lsn', /^[0-9A-F]+\/[0-9A-F]+$/);
    expect(complaints).toEqual([]);
  });

  test('tells what is over its limit, how far, and when it is back', async () => {
    const {page} = await visit(browser, dashboard.url);
    await setMetric('disk_usage', '95.5');
    await shows(page, '.over', /disk usage\s*5.50 over 90\s*95.50\s*%/);
    await shows(page, '[data-metric="disk_usage"]', 'critical');
    expect(await page.title()).toBe('1 critical · Tailrace');
    await setMetric('disk_usage', '78.1');
    await shows(page, '.card-critical', 'All within range');
  });

  test('shows text as text, whatever it looks like', async () => {
    const {page, complaints} = await visit(browser, dashboard.url);
    await page.locator(live).waitFor();
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    await sql(`INSERT INTO alerts (metric_name, severity, message)
      VALUES ('<b>bold</b>', '<i>critical</i>', '${evil}')`);
    await shows(page, '.alert-message', evil);
    await shows(page, '.alert-metric', '<b>bold</b>');
    await shows(page, '.entry', evil);
    expect(await page.locator('#app :is(img, script, i:not([class]):has(*), b b)').count()).toBe(0);
    expect(await page.title()).toBe('Tailrace');
    await sql(`UPDATE alerts SET acknowledged = true WHERE metric_name = '<b>bold</b>'`);
    await page.locator('.alert-metric', {hasText: 'bold'}).waitFor({state: 'detached'});
    expect(complaints).toEqual([]);
  });

  test('keeps what it knows, greyed, while it is cut off, and misses nothing', async () => {
    const {page} = await visit(browser, dashboard.url);
    await shows(page, metric('network_in'), '125.40');
    await setMetric('network_in', '126');
    await shows(page, metric('network_in'), '126.00');
    dashboard.wire.refuse();
    onTestFinished(() => dashboard.wire.admit());
    dashboard.wire.cut();
    await page.locator('main.stale').waitFor();
    await shows(page, '.link', /Stale since \d\d:\d\d:\d\d/);
    await shows(page, '.banner-lost', 'The connection is lost.');
    await shows(page, metric('network_in'), '126.00');
    await setMetric('network_in', '127');
    await setMetric('network_in', '128');
    dashboard.wire.admit();
    // Where it has not come back by itself meanwhile.
    await page.evaluate(`document.querySelector('.banner-lost .button')?.click()`);
    await page.locator(live).waitFor();
    await shows(page, metric('network_in'), '128.00');
    expect(await page.locator('main.stale').count()).toBe(0);
    const logged = await page.locator('.entry', {hasText: 'network_in'}).allInnerTexts();
    expect(logged.map((text) => /([\d.]+)\s*→\s*([\d.]+)/.exec(text)?.slice(1))).toEqual([
      ['127.00', '128.00'],
      ['126.00', '127.00'],
      ['125.40', '126.00'],
    ]);
  });

  test('reconnects by itself after a cut', async () => {
    const {page} = await visit(browser, dashboard.url);
    await page.locator(live).waitFor();
    dashboard.wire.cut();
    await page.locator('[data-link="lost"]').waitFor();
    await page.locator(live).waitFor();
  });

  test('comes back from an answer after which EventSource gives up', async () => {
    const {page} = await visit(browser, dashboard.url, {
      before: (page) =>
        page.route('**/api/v1/events*', (route) => route.fulfill({status: 503}), {times: 1}),
    });
    await shows(page, '.banner-lost', /Tried 1 time, trying again/);
    await page.locator(live).waitFor();
    await shows(page, metric('network_out'), '89.20');
  });

  test('starts afresh when an event of the stream is missing', async () => {
    const {page} = await visit(browser, dashboard.url, {
      before: (page) => page.addInitScript(dropSecondDiff),
    });
    await shows(page, metric('error_rate'), '0.50');
    for (const value of ['0.6', '0.7', '0.8']) await setMetric('error_rate', value);
    await shows(page, metric('error_rate'), '0.80');
    const logged = await page.locator('.entry', {hasText: 'error_rate'}).allInnerTexts();
    expect(logged.length).toBe(1);
  });

  test('shows any other query as a table, with all digits, and tells where it stops', async () => {
    const {page, complaints} = await visit(browser, dashboard.url);
    const card = '.card-query-ledger-lines';
    await shows(page, `${card} td`, '12345678901234567890.10');
    await shows(page, card, 'The first 100 of 130 rows are shown.');
    expect(await page.locator(`${card} tbody tr`).count()).toBe(100);
    await shows(page, `${card} td.null`, 'null');
    await recordAnimations(page);
    await sql(`UPDATE ledger SET note = 'changed' WHERE id = 1`);
    await shows(page, `${card} td`, 'changed');
    expect(await animations(page)).toEqual([
      {id: 'flash', table: 'Rows of ledger-lines', cell: '1'},
    ]);
    expect(complaints).toEqual([]);
  });

  test('filters the log and holds it', async () => {
    const {page} = await visit(browser, dashboard.url);
    await page.locator(live).waitFor();
    await setMetric('active_connections', '50');
    await sql(`INSERT INTO ledger VALUES (1000, 1, 'new')`);
    await shows(page, '.entry', 'ledger-lines');
    await page.getByRole('button', {name: 'added'}).click();
    expect(await page.locator('.entry', {hasText: 'ledger-lines'}).count()).toBe(0);
    await shows(page, '.entry', 'active_connections');
    await page.getByRole('button', {name: 'added'}).click();
    await page.getByLabel('Query').selectOption('ledger-lines');
    expect(await page.locator('.entry').count()).toBe(1);
    await page.getByRole('button', {name: 'Pause'}).click();
    await sql(`DELETE FROM ledger WHERE id = 1000`);
    await shows(page, '.button', 'Resume (1 new)');
    expect(await page.locator('.entry').count()).toBe(1);
    await page.getByRole('button', {name: 'Resume'}).click();
    await shows(page, '.entry', 'deleted');
  });

  test.each([360, 390, 768, 1024, 1440])(
    'has nothing to scroll sideways at %i px',
    async (width) => {
      const {page, complaints} = await visit(browser, dashboard.url, {
        viewport: {width, height: 800},
      });
      await shows(page, metric('disk_usage'), '78.10');
      const {scrollWidth, innerWidth} = await page.evaluate<{
        scrollWidth: number;
        innerWidth: number;
      }>('({scrollWidth: document.documentElement.scrollWidth, innerWidth})');
      expect(scrollWidth).toBeLessThanOrEqual(innerWidth);
      expect(complaints).toEqual([]);
    },
  );

  test('follows the system in dark and light, until one chooses, and remembers it', async () => {
    const {page} = await visit(browser, dashboard.url, {colorScheme: 'dark'});
    const ground = (): Promise<string> =>
      page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const dark = await ground();
    await page.emulateMedia({colorScheme: 'light'});
    const light = await ground();
    expect(light).not.toBe(dark);
    await page.getByRole('button', {name: 'Switch to dark colours'}).click();
    expect(await ground()).toBe(dark);
    await page.reload();
    await page.locator(live).waitFor();
    expect(await ground()).toBe(dark);
  });

  test('does not move for those who ask for less motion', async () => {
    const {page} = await visit(browser, dashboard.url, {reducedMotion: 'reduce'});
    await shows(page, metric('memory_usage'), '62.30');
    await setMetric('memory_usage', '63');
    await shows(page, metric('memory_usage'), '63.00');
    expect(await page.evaluate<number>('document.getAnimations().length')).toBe(0);
  });
});

/** Runs in the page: its EventSource loses the second diff, as no service of ours would. */
const dropSecondDiff = `
  const Native = window.EventSource;
  let diffs = 0;
  window.EventSource = class extends Native {
    addEventListener(name, listener) {
      super.addEventListener(name, (event) => {
        if (name !== 'message' || ++diffs !== 2) listener(event);
      });
    }
  };
`;
