import {caughtUp, type TestService} from '../support/service.ts';
import {until} from '../support/until.ts';
import {eventTexts, listOf, same} from './answers.ts';
import type {Asker} from './asker.ts';
import {settleQueries} from './changer.ts';
import type {Follower} from './follower.ts';
import {type Listener, wordsOf} from './listener.ts';
import {CHANGING, IDS, TEXTS} from './world.ts';

/** The sequence of the last event. */
export async function lastOf(service: TestService): Promise<number> {
  const all: {sequence: number}[] = await service.get('/api/v1/queries');
  return Math.max(...all.map(({sequence}) => sequence));
}

export const wrongOf = (followers: readonly Follower[]): string | undefined =>
  followers.find(({holding}) => holding.wrong !== undefined)?.holding.wrong;

/** Once nothing changes any more, what all clients hold is what REST and Postgres answer. */
export async function expectSettled(
  service: TestService,
  {followers, asker}: {followers: readonly Follower[]; asker: Asker},
): Promise<void> {
  await caughtUp(service);
  await settleQueries(service, CHANGING);
  await caughtUp(service);
  const answers = new Map<string, Map<string, string>>();
  for (const id of IDS) {
    const rows = new Map(listOf(await asker.ask(`/api/v1/queries/${id}/results?shape=keyed`)));
    answers.set(id, rows);
    await expectCount(service, id, rows.size);
  }
  const differs = (): string | undefined => wrongOf(followers) ?? difference(followers, answers);
  await until(() => differs() === undefined || wrongOf(followers) !== undefined, {orElse: 'false'});
  const found = differs();
  if (found !== undefined) throw new Error(found);
}

async function expectCount({database}: TestService, id: string, count: number): Promise<void> {
  const [row] = await database.query<{n: number}>(
    `SELECT count(*)::int AS n FROM (${TEXTS[id]![0]}) AS q`,
  );
  if (row!.n !== count) throw new Error(`${id}: ${count} rows, and ${row!.n} in Postgres`);
}

function difference(
  followers: readonly Follower[],
  answers: ReadonlyMap<string, ReadonlyMap<string, string>>,
): string | undefined {
  for (const {name, holding} of followers) {
    if (!holding.whole) return `${name} is at ${holding.lastId} and not whole`;
    try {
      for (const [id, rows] of holding.rows) same(`${name} holds ${id}`, rows, answers.get(id)!);
    } catch (error) {
      return String(error);
    }
  }
  return undefined;
}

/** Each listener was told what the log holds after `begun`, each change once and in order. */
export async function expectWords(
  service: TestService,
  listeners: readonly Listener[],
  begun: number,
): Promise<void> {
  const events: {sequence: number; text: string}[] = [];
  for (const id of ['all', 'texts']) {
    const texts = await historyAfter(service, id, begun);
    for (const text of texts) events.push({sequence: JSON.parse(text).sequence, text});
  }
  events.sort((a, b) => a.sequence - b.sequence);
  const words = events.flatMap(({text}) => wordsOf(text));
  for (const {path, told, wrong} of listeners) {
    const wanted = words.filter(([at]) => at === path).map(([, one]) => one);
    await until(() => told.length >= wanted.length, {orElse: 'false', limitMs: 5000});
    const at = wanted.findIndex((one, i) => told[i] !== one);
    if (wrong !== undefined) throw new Error(wrong);
    if (at < 0 && told.length === wanted.length) continue;
    const place = `${path}: ${told.length} of ${wanted.length}, ${at}`;
    throw new Error(`${place}: ${told.slice(at, at + 2)}, not ${wanted.slice(at, at + 2)}`);
  }
}

async function historyAfter(service: TestService, id: string, begun: number): Promise<string[]> {
  const texts: string[] = [];
  for (let cursor: string | undefined; cursor !== null; ) {
    const from = `from=${begun + 1}&limit=1000${cursor ? `&cursor=${cursor}` : ''}`;
    const response = await fetch(`${service.addresses.api}/api/v1/queries/${id}/history?${from}`);
    const text = await response.text();
    texts.push(...eventTexts(text));
    cursor = JSON.parse(text).data.cursor;
  }
  return texts;
}
