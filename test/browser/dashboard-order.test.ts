import type {Browser, Locator, Page} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {launchBrowser, withoutBrowser} from '../support/browser.ts';
import {queryYaml, type TestService, testService} from '../support/service.ts';
import {until} from '../support/until.ts';
import {animations, recordAnimations} from './animations.ts';
import {visit} from './dashboard-service.ts';

const BEST = `SELECT customer, count(*) AS orders, sum(total) AS total
  FROM orders GROUP BY customer ORDER BY total DESC, customer COLLATE "C" LIMIT 5`;
const ODD = `SELECT id, n, s, t FROM odd ORDER BY n NULLS FIRST, s COLLATE "C" DESC, t DESC, id`;
const QUEUE = 'SELECT id, task FROM queue ORDER BY place, id';
const LATEST = 'SELECT id, customer, total, placed, note FROM orders ORDER BY id DESC';

const SQL = `
  CREATE TABLE orders (
    id int PRIMARY KEY, customer text NOT NULL, total numeric NOT NULL,
    placed timestamptz DEFAULT '2026-01-02 03:04:05.678901Z', note text);
  CREATE TABLE odd (id int PRIMARY KEY, n numeric, s text, t timestamp);
  CREATE TABLE queue (id int PRIMARY KEY, task text NOT NULL, place int NOT NULL);
  CREATE PUBLICATION test_publication FOR TABLE orders, odd, queue;
  INSERT INTO orders (id, customer, total, note)
    SELECT n, (ARRAY['Ada', 'Barbara', 'Edsger', 'Frances', 'Grace', 'Tony', 'zoë'])[1 + n % 7], n,
      CASE WHEN n % 3 = 0 THEN 'leave it with the neighbours at number ' || n END
    FROM generate_series(1, 130) AS n;
  INSERT INTO odd VALUES
    (1, 9, 'a', NULL), (2, 10, 'a', NULL), (3, 12345678901234567890.2, 'a', NULL),
    (4, 12345678901234567890.1, 'a', NULL), (5, 'NaN', 'a', NULL), (6, NULL, 'a', NULL),
    (7, 1, U&'\\+01F600', NULL), (8, 1, U&'\\FFFD', NULL), (9, 1, 'é', NULL), (10, 1, 'Z', NULL),
    (11, 0, 'a', 'infinity'), (12, 0, 'a', '0044-03-15 BC'), (13, 0, 'a', '10000-01-01'),
    (14, 0, 'a', '2026-01-01 00:00:00.000001'), (15, 0, 'a', NULL), (16, 1.0, '', NULL);
  INSERT INTO queue SELECT n, 'task ' || n, n FROM generate_series(1, 6) AS n;
`;

describe.skipIf(withoutBrowser())('the dashboard, of queries with an order', () => {
  let service: TestService;
  let browser: Browser;

  beforeAll(async () => {
    [service, browser] = await Promise.all([
      testService({
        sql: SQL,
        queries: [
          queryYaml('best-customers', BEST),
          queryYaml('odd', ODD),
          queryYaml('queue', QUEUE),
          queryYaml('latest', LATEST),
          queryYaml('any', 'SELECT id, task FROM queue'),
        ].join(''),
      }),
      launchBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.close();
  });

  const open = (options: Parameters<typeof visit>[2] = {}) =>
    visit(browser, `${service.addresses.api}/`, options);
  const sql = (statement: string): Promise<unknown> => service.database.query(statement);

  /** The first column of what Postgres answers, as text. */
  async function answered(query: string): Promise<string[]> {
    const rows = await service.database.query(query);
    return rows.map((row) => String(Object.values(row)[0]));
  }

  /** Sees the rows of a card come into the order in which Postgres has them. */
  async function follows(page: Page, id: string, query: string): Promise<void> {
    const wanted = (await answered(query)).slice(0, 100);
    let shown: string[] = [];
    await until(
      async () => {
        shown = await firstCells(page, id);
        return String(shown) === String(wanted);
      },
      {what: `${id} to be in order`, limitMs: 10_000},
    ).catch((cause) => {
      throw new Error(`${id} shows ${shown}, not ${wanted}`, {cause});
    });
  }

  test('rows are in their order, and stay in it when what they are ordered by changes', async () => {
    const {page, complaints} = await open();
    await follows(page, 'best-customers', BEST);
    await sql("INSERT INTO orders VALUES (200, 'Grace', 5000)");
    await follows(page, 'best-customers', BEST);
    await sql("INSERT INTO orders VALUES (201, 'Nobody', 7000.5), (202, 'Ada', 6000)");
    await follows(page, 'best-customers', BEST);
    await sql('UPDATE orders SET total = -total WHERE id IN (200, 202)');
    await follows(page, 'best-customers', BEST);
    await sql('DELETE FROM orders WHERE id >= 200');
    await follows(page, 'best-customers', BEST);
    expect(complaints).toEqual([]);
  });

  test('the order is that of Postgres where JavaScript has another', async () => {
    const {page} = await open();
    await follows(page, 'odd', ODD);
    await sql('UPDATE odd SET n = CASE WHEN n = 1 THEN NULL ELSE 1 END WHERE id IN (5, 7, 8, 9)');
    await follows(page, 'odd', ODD);
    expect(new Set(await firstCells(page, 'odd')).size).toBe(16);
  });

  test('a clock that is set back does not hold the order up', async () => {
    const {page} = await open({
      before: (one) =>
        one.addInitScript(
          'const now = Date.now; let backMs = 0; window.setBack = (ms) => { backMs = ms; }; Date.now = () => now() - backMs;',
        ),
    });
    await follows(page, 'latest', LATEST);
    await page.evaluate('setBack(3_600_000)');
    await sql("INSERT INTO orders VALUES (300, 'Ada', 1)");
    onTestFinished(async () => void (await sql('DELETE FROM orders WHERE id = 300')));
    await follows(page, 'latest', LATEST);
  });

  test('an order that rows do not show is followed, too', async () => {
    const {page} = await open();
    await follows(page, 'queue', QUEUE);
    const {sequence} = await service.get('/api/v1/queries/queue');
    await sql('UPDATE queue SET place = 10 - place');
    await follows(page, 'queue', QUEUE);
    expect((await service.get('/api/v1/queries/queue')).sequence).toBe(sequence);
  });

  test('a query that is given another order is shown in it', async () => {
    const {page} = await open();
    await follows(page, 'queue', QUEUE);
    await changeQuery(service, 'queue', 'SELECT id, task FROM queue ORDER BY id DESC');
    onTestFinished(() => changeQuery(service, 'queue', QUEUE));
    await follows(page, 'queue', 'SELECT id FROM queue ORDER BY id DESC');
    await changeQuery(service, 'queue', 'SELECT id, task FROM queue ORDER BY task COLLATE "C"');
    await follows(page, 'queue', 'SELECT id FROM queue ORDER BY task COLLATE "C"');
  });

  test('the first rows of a large result are the first in its order', async () => {
    const {page} = await open();
    const card = page.locator('.card-query-latest');
    await follows(page, 'latest', LATEST);
    await card.getByText('The first 100 of 130 rows are shown.').waitFor();
    await sql("INSERT INTO orders VALUES (131, 'Ada', 1)");
    await follows(page, 'latest', LATEST);
    await card.getByText('The first 100 of 131 rows are shown.').waitFor();
    await sql('DELETE FROM orders WHERE id = 131');
    await follows(page, 'latest', LATEST);
  });

  test('a row that moves flashes, and those that make room for it do not', async () => {
    const {page} = await open();
    await follows(page, 'best-customers', BEST);
    const before = await firstCells(page, 'best-customers');
    const last = before.at(-1) ?? '';
    await recordAnimations(page);
    await sql(`INSERT INTO orders VALUES (210, '${last}', 4000)`);
    onTestFinished(() => sql('DELETE FROM orders WHERE id = 210').then(() => {}));
    await follows(page, 'best-customers', BEST);
    const begun = async (kind: string): Promise<string[]> =>
      (await animations(page))
        .filter(({id, table}) => id === kind && table === 'Rows of best-customers')
        .map(({cell}) => cell);
    expect(await begun('flash')).toEqual([last]);
    expect(await begun('slide')).toEqual([last, ...before.slice(0, -1)]);
    // To be put in its place has not ended it.
    expect(await flashing(page, 'best-customers')).toEqual([last]);
  });

  test('says which column it is ordered by, and nothing of what has no order', async () => {
    const {page} = await open();
    await follows(page, 'best-customers', BEST);
    const heads = (id: string): Locator => page.locator(`.card-query-${id} th`);
    expect(await heads('best-customers').allInnerTexts()).toEqual([
      'customer↑',
      'orders',
      'total↓',
    ]);
    expect(await page.locator('[aria-sort="descending"]', {hasText: 'total'}).count()).toBe(1);
    for (const id of ['any', 'queue']) {
      await page.locator(`.card-query-${id} td`).first().waitFor();
    }
    expect(await heads('any').allInnerTexts()).toEqual(['id', 'task']);
    expect(await heads('queue').allInnerTexts()).toEqual(['id', 'task']);
  });

  test('does not slide for those who ask for less motion', async () => {
    const {page} = await open({reducedMotion: 'reduce'});
    await follows(page, 'latest', LATEST);
    await recordAnimations(page);
    await sql("INSERT INTO orders VALUES (220, 'Ada', 1)");
    await follows(page, 'latest', LATEST);
    await sql('DELETE FROM orders WHERE id = 220');
    await follows(page, 'latest', LATEST);
    expect(await animations(page)).toEqual([]);
  });

  test('asks for what changed, and for nothing while nothing does', async () => {
    const {page} = await open();
    await follows(page, 'latest', LATEST);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const reads = (id: string): number =>
      asked.filter((url) => url.includes(`/queries/${id}/results`)).length;
    await page.waitForResponse((response) => response.url().endsWith('/api/v1/queries'));
    expect([reads('latest'), reads('any')]).toEqual([0, 0]);
    await sql("INSERT INTO orders VALUES (230, 'Ada', 1)");
    await follows(page, 'latest', LATEST);
    await sql("INSERT INTO queue VALUES (7, 'task 7', 7)");
    await follows(page, 'queue', QUEUE);
    await sql('DELETE FROM orders WHERE id = 230');
    await sql('DELETE FROM queue WHERE id = 7');
    await follows(page, 'latest', LATEST);
    expect([reads('latest'), reads('any')]).toEqual([2, 0]);
  });

  test.each([360, 390, 500])('every cell can be read at %i px, without a scroll', async (width) => {
    const {page} = await open({viewport: {width, height: 800}});
    for (const [id, query] of [
      ['best-customers', BEST],
      ['latest', LATEST],
    ] as const) {
      await follows(page, id, query);
      expect(await cutOff(page, id)).toEqual([]);
    }
    const named = `getComputedStyle(box.querySelector('td'), '::before').content`;
    expect(await inBox(page, 'latest', named)).toBe('"id ↓"');
  });

  test('a table that is wider than its card says so at its edge', async () => {
    const {page} = await open({viewport: {width: 1000, height: 800}});
    await follows(page, 'latest', LATEST);
    const shown = await inBox<{wide: boolean; shades: string}>(
      page,
      'latest',
      '({wide: box.scrollWidth > box.clientWidth, shades: getComputedStyle(box).backgroundAttachment})',
    );
    expect(shown).toEqual({wide: true, shades: 'local, scroll, local, local, scroll, scroll'});
  });
});

test.skipIf(withoutBrowser())(
  'a service that answers with few rows has them in order',
  async () => {
    const service = await testService({
      sql: SQL,
      queries: queryYaml('latest', LATEST),
      limits: '{pageRows: 20}',
    });
    onTestFinished(() => service.close());
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const {page} = await visit(browser, `${service.addresses.api}/`);
    await page.getByText('The first 12 of 130 rows are shown.').waitFor();
    const ids = await service.database.query<{id: number}>(`${LATEST} LIMIT 12`);
    expect(await firstCells(page, 'latest')).toEqual(ids.map(({id}) => String(id)));
  },
);

const firstCells = (page: Page, id: string): Promise<string[]> =>
  page.locator(`.card-query-${id} tbody tr td:first-child`).allInnerTexts();

async function changeQuery(service: TestService, id: string, query: string): Promise<void> {
  const body = `query: ${JSON.stringify(query)}\nsources: [{sourceId: db}]`;
  const {status} = await service.send('PUT', `/api/v1/queries/${id}`, body);
  expect(status).toBe(200);
}

const flashing = (page: Page, id: string): Promise<string[]> =>
  inBox(
    page,
    id,
    `[...box.querySelectorAll('tbody tr')]
      .filter((row) => row.getAnimations().some((one) => one.id === 'flash'))
      .map((row) => row.cells[0].innerText)`,
  );

/** Cells whose text is not wholly within their table's box, or is cut by their own. */
const cutOff = (page: Page, id: string): Promise<string[]> =>
  inBox(
    page,
    id,
    `[...box.querySelectorAll('tbody td')].filter((td) => {
      const [{left, right}, at] = [box.getBoundingClientRect(), td.getBoundingClientRect()];
      return at.left < left || at.right > right + 0.5 || td.scrollWidth > td.clientWidth;
    }).map((td) => td.innerText)`,
  );

/** What an expression makes of the `box` that holds a query's table. */
const inBox = <T>(page: Page, id: string, expression: string): Promise<T> =>
  page.evaluate<T>(
    `((box) => ${expression})(document.querySelector('.card-query-${id} .table-box'))`,
  );
