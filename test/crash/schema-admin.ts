import type {Chance} from './mortal.ts';
import {ASKED} from './schema-queries.ts';

export const TOKEN = 'the-token-of-the-chaos';
const LIMIT_MS = 20_000;

/** A query as the API answers it, as far as it is looked at. */
export interface QueryNow {
  readonly id: string;
  readonly status: string;
  readonly query: string;
  readonly errors: readonly {readonly code: string; readonly message: string}[];
  readonly columns: readonly unknown[] | null;
  readonly sequence: number | null;
  readonly lsn: string | null;
}

export interface Answer {
  readonly status: number;
  /** The body as it came. */
  readonly text: string;
}

/** Asks the service; throws where it does not answer in time, or is not there. */
export async function asked(
  url: string,
  {method = 'GET', body}: {method?: string; body?: unknown} = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json'},
    signal: AbortSignal.timeout(LIMIT_MS),
    ...(body !== undefined && {body: JSON.stringify(body)}),
  });
  return {status: response.status, text: await response.text()};
}

export async function queriesNow(api: string): Promise<readonly QueryNow[]> {
  const {text} = await asked(`${api}/queries`);
  return (JSON.parse(text) as {data: QueryNow[]}).data;
}

/** What was asked for, and how often it was answered how. */
export type Answers = Record<string, number>;

/**
 * Adds, changes, stops, starts and deletes queries, and asks for resyncs, until `signal` is
 * aborted. Throws where the service says that it has failed, or does not answer.
 */
export async function administer(
  api: string,
  random: Chance,
  signal: AbortSignal,
): Promise<Answers> {
  const answers: Answers = {};
  while (!signal.aborted) {
    const request = requestOf(random);
    const {method, path} = request;
    try {
      const {status, text} = await asked(api + path, request);
      const name = `${method} ${path.replace(/x\d+/, 'x')} ${status}`;
      answers[name] = (answers[name] ?? 0) + 1;
      if (status === 500) throw new Failed(`${method} ${path} was answered ${text}`);
    } catch (error) {
      const hung = error instanceof Error && error.name === 'TimeoutError';
      if (hung || error instanceof Failed) throw error;
      // It was killed a moment ago.
    }
    await new Promise((resolve) => setTimeout(resolve, random.below(60)));
  }
  return answers;
}

class Failed extends Error {}

function requestOf(random: Chance): {method: string; path: string; body?: unknown} {
  const id = `x${random.below(8)}`;
  const path = `/queries/${id}`;
  const {text: query} = random.pick(ASKED);
  const body = {query, sources: [{sourceId: 'db'}], autoStart: random.is(0.8)};
  const dice = random.next();
  if (dice < 0.25) return {method: 'POST', path: '/queries', body: {...body, id}};
  if (dice < 0.55) return {method: 'PUT', path, body};
  if (dice < 0.7) return {method: 'POST', path: `${path}/stop`};
  if (dice < 0.87) return {method: 'POST', path: `${path}/start`};
  if (dice < 0.97) return {method: 'DELETE', path};
  return {method: 'POST', path: '/sources/db/resync'};
}
