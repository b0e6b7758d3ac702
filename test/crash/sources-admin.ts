import type {Chance} from './mortal.ts';
import {asked} from './schema-admin.ts';
import {TEXTS} from './sources-world.ts';

/** Queries that the API is asked to add, change, move, stop, start and delete. */
const IDS = ['x0', 'x1', 'x2', 'x3'];
const SOURCES = ['one', 'two', 'three'];

/**
 * Administers queries of all sources until `signal` is aborted, and counts the answers.
 * Throws where the service says that it has failed, or does not answer.
 */
export async function administerSources(
  api: string,
  {random, signal, answers}: {random: Chance; signal: AbortSignal; answers: Record<string, number>},
): Promise<void> {
  while (!signal.aborted) {
    const request = requestOf(random);
    const {method, path} = request;
    const answer = await asked(api + path, request).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'TimeoutError') throw error;
      // It was killed a moment ago.
      return undefined;
    });
    if (answer?.status === 500) throw new Error(`${method} ${path} was answered ${answer.text}`);
    const name = `${method} ${answer?.status ?? 'none'}`;
    answers[name] = (answers[name] ?? 0) + 1;
    await new Promise((resolve) => setTimeout(resolve, random.below(60)));
  }
}

function requestOf(random: Chance): {method: string; path: string; body?: unknown} {
  const id = random.pick(IDS);
  const path = `/queries/${id}`;
  const query = TEXTS[random.pick(Object.keys(TEXTS))];
  const body = {query, sources: [{sourceId: random.pick(SOURCES)}], autoStart: random.is(0.8)};
  const dice = random.next();
  if (dice < 0.25) return {method: 'POST', path: '/queries', body: {...body, id}};
  if (dice < 0.55) return {method: 'PUT', path, body};
  if (dice < 0.65) return {method: 'POST', path: `${path}/stop`};
  if (dice < 0.8) return {method: 'POST', path: `${path}/start`};
  if (dice < 0.97) return {method: 'DELETE', path};
  return {method: 'POST', path: `/sources/${random.pick(SOURCES)}/resync`};
}
