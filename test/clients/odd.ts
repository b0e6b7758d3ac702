import type {Asker} from './asker.ts';
import {pick} from './world.ts';

const PATHS = [
  '/health',
  '/ready',
  '/metrics',
  '/api',
  '/api/versions',
  '/api/v1/nothing',
  '/api/v1/queries',
  '/api/v1/sources',
  '/api/v1/sources/db',
  '/api/v1/sources/db/slot',
  '/api/v1/sources/nothing',
  '/api/v1/reactions',
  '/api/v1/reactions/some',
  '/api/v1/reactions/lines',
  '/api/v1/reactions/nothing',
  '/api/v1/events?queries=nobody',
];
const IDS = ['nobody', '%E9', '%2F', 'a b', '__proto__', 'constructor'];
const LIMITS = ['0', '-1', '1e3', '1000001', 'x', '', '999999999999999999999', '1&limit=2'];
const CURSORS = ['', 'x', 'bnVsbA', 'e30', 'MQ', 'MA', 'LTE', 'MS41', 'OTk5OTk5', 'IngI', '%00'];
const SHAPES = ['', 'x', 'array&shape=keyed', 'csv'];
const MOMENTS = [
  ...['', '0', '00', '1', '-1', '1.5', '9007199254740993', '99999999'],
  ...['0/0', '0/1', '0/', '1/1/1', 'FF/0', 'FFFFFFFF/FFFFFFFF'],
  ...['2026', '2026-02-31', '2026-13-01', '1970-01-01', '2999-01-01', '2026-01-01T25:00:00Z'],
  ...['0001-01-01T00:00:00+02:00', '9999-12-31T23:59:59.999999-12:00', '2026-01-01T00:00:00 02'],
];
const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'PATCH', 'OPTIONS', 'DELETE', 'PUT', 'POST'];
const ACCEPT = ['*/*', 'application/json', 'text/csv', 'image/png', '', 'x/;;'];

/** What is wrong, odd or beside the point is refused as it should be, and in time. */
export async function odd({ask, count, chance, ids}: Asker): Promise<void> {
  const any = (list: readonly string[]): string => pick(chance, list);
  const query = `/api/v1/queries/${any([...ids, ...IDS])}`;
  const path = any([
    ...PATHS,
    query,
    `${query}/plan`,
    `${query}/results?limit=${any(LIMITS)}`,
    `${query}/results?limit=2&cursor=${any(CURSORS)}`,
    `${query}/results?shape=${any(SHAPES)}`,
    `${query}/results?at=${any(MOMENTS)}`,
    `${query}/history?from=${any(MOMENTS)}&to=${any(MOMENTS)}`,
    `${query}/history?limit=${any(LIMITS)}&cursor=${any(CURSORS)}`,
  ]);
  const method = any(METHODS);
  const headers = {Accept: any(ACCEPT)};
  const {
    status,
    headers: said,
    text,
  } = await ask(path, {
    ...{method, headers},
    signal: AbortSignal.timeout(10_000),
  });
  const asks = method === 'GET' || method === 'HEAD';
  const wrong =
    (method === 'HEAD' && text !== '') ||
    (status === 405 && !said.get('allow')) ||
    (!asks && status === 200);
  if (wrong) throw new Error(`${method} ${path}: ${status} ${text}`);
  count('odd');
}
