import {listOf} from '../clients/answers.ts';
import type {Follower} from '../clients/follower.ts';
import type {ResumingClient} from './resuming-client.ts';
import {asked} from './schema-admin.ts';
import {askPlace, type Part, type Place} from './sources-world.ts';

interface QueryNow {
  readonly id: string;
  readonly status: string;
  readonly query: string;
  readonly sources: readonly string[];
  readonly sequence: number | null;
  readonly lsn: string | null;
}

export interface Held {
  readonly api: string;
  readonly places: readonly Place[];
  readonly parts: ReadonlyMap<string, Part>;
  readonly clients: readonly ResumingClient[];
  readonly followers: readonly Follower[];
}

const bag = (rows: readonly unknown[]): string =>
  rows
    .map((row) => JSON.stringify(row))
    .sort()
    .join(' ');

async function dataOf(url: string) {
  const {text} = await asked(url);
  return JSON.parse(text).data;
}

/**
 * In what the service, its clients and the databases do not agree; empty where they do. To be
 * asked when nobody writes.
 */
export async function disagreements(held: Held): Promise<readonly string[]> {
  const {api, places, parts, clients, followers} = held;
  const found: string[] = [];
  const queries: QueryNow[] = await dataOf(`${api}/queries`);
  for (const place of places) {
    if (parts.get(place.id) === 'runs' && !(await confirmed(place))) {
      found.push(`the log of ${place.id} is not acknowledged to its end`);
    }
  }
  const texts = new Map<string, ReadonlyMap<string, string>>();
  for (const query of queries) {
    const {id, status, sources} = query;
    const path = `${api}/queries/${id}/results?limit=10000`;
    const rows: unknown[] = (await dataOf(path))?.results ?? [];
    const {text, status: code} = await asked(`${path}&shape=keyed`);
    texts.set(id, new Map(code === 200 ? listOf({text}) : []));
    const place = places.find((one) => one.id === sources[0]);
    if (place && status !== 'Stopped' && parts.get(place.id) === 'runs') {
      const truth = bag(await askPlace(place, query.query));
      if (status !== 'Running') found.push(`${id} is ${status}`);
      else if (bag(rows) !== truth)
        found.push(`${id} of ${sources}: it has ${bag(rows)}, and Postgres ${truth}`);
    }
    for (const client of clients) {
      const own = bag(client.rows(id));
      if (own !== bag(rows)) found.push(`${id}: a client holds ${own}, not ${bag(rows)}`);
    }
  }
  for (const one of followers) found.push(...ofFollower(one, texts));
  return found;
}

function ofFollower(
  {name, holding}: Follower,
  texts: ReadonlyMap<string, ReadonlyMap<string, string>>,
): readonly string[] {
  if (holding.wrong !== undefined) throw new Error(holding.wrong);
  // Of a query that there is not, there is no stream.
  if (name === 'x0' && !texts.has('x0')) return [];
  if (!holding.whole) return [`${name} is at ${holding.lastId} and not whole`];
  const ids = new Set([...holding.rows.keys(), ...(name === 'all' ? texts.keys() : [])]);
  return [...ids].flatMap((id) => {
    const own = bag([...(holding.rows.get(id) ?? [])]);
    const wanted = bag([...(texts.get(id) ?? [])]);
    return own === wanted ? [] : [`${name} holds ${id} ${own}, not ${wanted}`];
  });
}

async function confirmed(place: Place): Promise<boolean> {
  const rows = await askPlace(
    place,
    `SELECT 1 FROM pg_replication_slots
      WHERE slot_name = 'slot_${place.id}' AND confirmed_flush_lsn >= pg_current_wal_lsn()`,
  );
  return rows.length === 1;
}

/** A result as it was at a rest. */
export interface Past {
  readonly id: string;
  readonly at: string;
  readonly rows: string;
}

/** What the queries answer now, by event, and by position where they stay with their source. */
export async function presentOf(api: string): Promise<readonly Past[]> {
  const queries: QueryNow[] = await dataOf(`${api}/queries`);
  const last = String(Math.max(0, ...queries.map(({sequence}) => sequence ?? 0)));
  const found: Past[] = [];
  for (const {id, status, lsn} of queries) {
    if (id.startsWith('x') || status !== 'Running') continue;
    const data = await dataOf(`${api}/queries/${id}/results?limit=10000`);
    if (!data?.results) continue;
    const past = {id, rows: bag(data.results)};
    found.push({...past, at: last});
    if (lsn !== null) found.push({...past, at: lsn});
  }
  return found;
}

/** In what the past is told otherwise than it was. */
export async function pastDisagreements(
  api: string,
  pasts: readonly Past[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const {id, at, rows} of pasts) {
    const {status, text} = await asked(`${api}/queries/${id}/results?limit=10000&at=${at}`);
    // Its source is left out for the moment, or is new.
    if (status === 404) continue;
    const told = status === 200 ? bag(JSON.parse(text).data.results) : text;
    if (told !== rows) found.push(`${id} at ${at} was ${rows}; it is told to be ${told}`);
  }
  return found;
}
