import {eventTexts, foldIn, listOf, nextOf, rowsOf, same} from './answers.ts';
import type {Asked, Asker} from './asker.ts';
import {pause} from './stream.ts';
import {IMMORTAL, ORDERED, pick} from './world.ts';

/** What can be asked of a query. Each throws where answers do not fit together. */
export type Question = (asker: Asker, id: string) => Promise<void>;

const results = (id: string, query = ''): string => `/api/v1/queries/${id}/results?${query}`;

const refute = (wrong: boolean, what: string): void => {
  if (wrong) throw new Error(what);
};

/** The result that there is, and that of its sequence, are the same. */
export const presentIsPast: Question = async ({had, count}, id) => {
  const now = await had(results(id, 'shape=keyed'));
  const {sequence, count: rows} = now?.body.data ?? {};
  const then = now && (await had(results(id, `shape=keyed&at=${sequence}`)));
  if (!then) return;
  same(`${id} at ${sequence}`, rowsOf(then), rowsOf(now));
  refute(then.body.data.sequence !== sequence, `asked for ${sequence}: ${then.text.slice(-200)}`);
  for (const {body, text} of [now, then]) {
    const {results: list, count: told, cursor} = body.data;
    const fits = list.length === told && told === rows && cursor === null;
    refute(!fits, `count of ${id}: ${text.slice(-200)}`);
  }
  count('present is past');
};

/** All pages from one on, each by the link of the one before; undefined where one is not to be had. */
async function pagesFrom({had}: Asker, first: string): Promise<Asked[] | undefined> {
  const pages: Asked[] = [];
  for (let path: string | undefined = first; path !== undefined; ) {
    const page: Asked | undefined = await had(path);
    if (!page) return undefined;
    pages.push(page);
    path = nextOf(page);
    refute((page.body.data.cursor === null) !== (path === undefined), `${first}: cursor and link`);
    refute(pages.length > 200, `${first}: pages without end`);
  }
  return pages;
}

/** A past result by pages is the whole one. */
export const pastByPages: Question = async (asker, id) => {
  const {had, count, chance} = asker;
  const now = await had(results(id));
  if (!now) return;
  const at = Math.max(0, now.body.data.sequence - Math.floor(chance() ** 2 * 40));
  const whole = await had(results(id, `shape=keyed&at=${at}`));
  const limit = 1 + Math.floor(chance() * 9);
  const pages =
    whole && (await pagesFrom(asker, results(id, `shape=keyed&limit=${limit}&at=${at}`)));
  if (!pages) return;
  const [paged, wanted] = [pages.flatMap(listOf), listOf(whole)].map((list) =>
    JSON.stringify(list),
  );
  refute(paged !== wanted, `${id} at ${at} by pages: ${paged} instead of ${wanted}`);
  count('past by pages');
  await byPosition(asker, {id, at, lsn: whole.body.data.lsn});
};

/** A position means after its last event: all of one transaction have the same. */
async function byPosition(
  {had, count}: Asker,
  {id, at, lsn}: {id: string; at: number; lsn: string | null},
): Promise<void> {
  const then = lsn === null ? undefined : await had(results(id, `shape=keyed&at=${lsn}`));
  if (!then) return;
  const {sequence} = then.body.data;
  refute(sequence < at, `${id} at ${at} is of ${lsn}, and at ${lsn} of ${sequence}`);
  const same_ = await had(results(id, `shape=keyed&at=${sequence}`));
  if (!same_) return;
  same(`${id} at ${lsn} and ${sequence}`, rowsOf(then), rowsOf(same_));
  count('past by position');
}

/** Rows that stay come exactly once, whatever changes between two pages. */
export const presentByPages: Question = async ({had, count, chance}, id) => {
  const limit = 1 + Math.floor(chance() * 12);
  const keys: string[] = [];
  for (let path: string | undefined = results(id, `shape=keyed&limit=${limit}`); path; ) {
    const page: Asked | undefined = await had(path);
    if (!page) return;
    refute(page.body.data.results.length > limit, `${path}: more than ${limit}`);
    keys.push(...listOf(page).map(([key]) => key));
    path = nextOf(page);
    if (chance() < 0.3) await pause(chance() * 30);
  }
  // In an order of its own a row may move behind the page that had it.
  if (ORDERED.includes(id)) return;
  refute(new Set(keys).size !== keys.length, `${id}: a key twice in ${keys}`);
  if (id !== 'all' && id !== 'fat') return;
  for (let one = 1; one <= IMMORTAL; one++) {
    refute(!keys.includes(String(one)), `${id}: ${one} is not in ${keys}`);
  }
  count('present by pages');
};

/** The result at one event and the history from the next on are the result later. */
export const historyFolds: Question = async (asker, id) => {
  const {had, count, chance} = asker;
  const now = await had(results(id));
  if (!now) return;
  const to = now.body.data.sequence;
  const from = Math.max(0, to - Math.floor(chance() ** 2 * 60)) + 1;
  const first = await had(results(id, `shape=keyed&at=${from - 1}`));
  const last = first && (await had(results(id, `shape=keyed&at=${to}`)));
  if (!last || from > to) return;
  const limit = 1 + Math.floor(chance() * 10);
  const path = `/api/v1/queries/${id}/history?from=${from}&to=${to}&limit=${limit}`;
  const pages = await pagesFrom(asker, path);
  if (!pages) return;
  const rows = rowsOf(first);
  let before = from - 1;
  for (const {body, text} of pages) {
    const {events, truncated, heldFrom} = body.data;
    if (truncated && (heldFrom === null || heldFrom.sequence > from)) return;
    refute(truncated, `${path}: truncated, and held from ${heldFrom?.sequence}`);
    const texts = eventTexts(text);
    refute(texts.length !== events.length, `${path}: ${texts.length} texts`);
    for (const [index, {queryId, sequence}] of events.entries()) {
      const next = queryId === id && sequence > before && sequence <= to;
      refute(!next, `${path}: ${sequence} after ${before}`);
      before = sequence;
      foldIn(rows, texts[index]!, `${path}: event ${sequence}`);
    }
  }
  same(`history of ${id} from ${from} to ${to}`, rows, rowsOf(last));
  count('history folds');
};

const SHAPES = ['', 'shape=array', 'shape=keyed', 'shape=object'];
const ACCEPT = ['application/json', 'text/csv', '*/*', 'text/csv;q=0.5, application/json;q=0.1'];

/** What has one ETag is the same, and is not sent again. */
export const byTag: Question = async ({had, ask, count, chance, tagged}, id) => {
  const limit = pick(chance, ['', 'limit=3', 'limit=50']);
  const parts = [limit, pick(chance, SHAPES), pick(chance, ['', '', 'at=0', 'at=1'])];
  const path = results(id, parts.filter(Boolean).join('&'));
  const accept = pick(chance, ACCEPT);
  const answer = await had(path, {headers: {Accept: accept}});
  if (!answer) return;
  const type = answer.headers.get('content-type') ?? '';
  refute(
    type.startsWith('text/csv') !== accept.startsWith('text/csv'),
    `${path}: ${accept} ${type}`,
  );
  const tag = answer.headers.get('etag') ?? '';
  // How far the source is says nothing of the rows.
  const text = answer.text.replace(/"lsn":[^,]*,"asOf":[^,]*,/, '');
  const known = tagged.get(`${path} ${type} ${tag}`) ?? text;
  refute(tag === '' || known !== text, `${path} ${tag}: two answers\n${known}\n${text}`);
  tagged.set(`${path} ${type} ${tag}`, text);
  const method = pick(chance, ['GET', 'HEAD']);
  const condition = pick(chance, [tag, `W/${tag}`, `"x", ${tag}`]);
  const again = await ask(path, {method, headers: {Accept: accept, 'If-None-Match': condition}});
  const same_ = again.headers.get('etag') === tag;
  refute(again.status === 200 && same_, `${path} ${tag}: sent again`);
  refute(again.status === 304 && !same_, `${path}: 304 with ${again.headers.get('etag')}`);
  refute((again.status === 304 || method === 'HEAD') && again.text !== '', `${path}: a body`);
  count('tag');
};
