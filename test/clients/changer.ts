import type {TestService} from '../support/service.ts';
import {pause} from './stream.ts';
import {IMMORTAL, pick, TEXTS} from './world.ts';

export interface Changing {
  readonly chance: () => number;
  readonly signal: AbortSignal;
  /** How long it waits between two changes, at most. */
  readonly pauseMs: number;
  /** Does what fails without harm where the service goes away meanwhile. */
  readonly whileThere: (act: () => Promise<void>) => Promise<void>;
}

const VALUES = ['NULL', '0', '1.50', '1.5', '22', '33.333', '99999999999999999999.10', '7'];
const KEYS = ["'a|b'", "'\"'", "'é 😀'", "''", "'1'", "'01'", "'x\\y'", "E'l\\nf'"];
const DOCUMENTS = ['1.0', '[]', '{"a":"]}"}', 'null', '"q"'];
const FAT = ['0', '10', '1000', '40000'];

/** One of these, each as often as its number says. */
function statement(chance: () => number): string {
  const upTo = (n: number): number => 1 + Math.floor(chance() * n);
  const any = (list: readonly string[]): string => pick(chance, list);
  const [id, mortal, other] = [upTo(60), IMMORTAL + upTo(48), IMMORTAL + upTo(48)];
  const [val, key] = [any(VALUES), any(KEYS)];
  const kinds: readonly (readonly [number, string])[] = [
    [25, `UPDATE items SET val = ${val} WHERE id = ${id}`],
    [10, `UPDATE items SET grp = ${upTo(4)}, name = 'n${upTo(5)}' WHERE id % 7 = ${id % 7}`],
    [
      15,
      `INSERT INTO items VALUES (${mortal}, ${upTo(4)}, ${val}, 'new', '') ON CONFLICT DO NOTHING`,
    ],
    [8, `DELETE FROM items WHERE id = ${mortal}`],
    [
      4,
      `UPDATE items SET id = ${mortal} WHERE id = ${other}
        AND NOT EXISTS (SELECT FROM items WHERE id = ${mortal})`,
    ],
    [3, 'UPDATE items SET val = val + 1'],
    [2, `DELETE FROM items WHERE id > ${IMMORTAL} AND id % 3 = ${id % 3}`],
    [
      7,
      `INSERT INTO notes VALUES (${upTo(60)}, ${id}, 'b${upTo(9)}') ON CONFLICT (id)
        DO UPDATE SET item_id = excluded.item_id, body = excluded.body`,
    ],
    [5, `DELETE FROM notes WHERE id % 5 = ${id % 5}`],
    [
      8,
      `INSERT INTO texts VALUES (${key}, '${any(DOCUMENTS)}') ON CONFLICT (k)
        DO UPDATE SET v = excluded.v`,
    ],
    [5, `DELETE FROM texts WHERE k = ${key}`],
    [2, `UPDATE items SET grp = 0 WHERE id = ${id}`],
    [4, 'UPDATE items SET grp = 1 WHERE grp = 0'],
    [1, 'TRUNCATE notes'],
    [1, `UPDATE items SET fat = repeat('yé"', ${any(FAT)}) WHERE id % 4 = ${id % 4}`],
  ];
  const all = kinds.flatMap(([weight, text]) => Array.from({length: weight}, () => text));
  return any(all);
}

/** Changes rows until it is stopped; some transactions come to nothing. */
export async function changeRows(
  {database}: TestService,
  {chance, signal, pauseMs}: Changing,
): Promise<void> {
  const session = await database.connect();
  while (!signal.aborted) {
    const count = chance() < 0.6 ? 1 : 5;
    const statements = Array.from({length: count}, () => statement(chance));
    const end = chance() < 0.06 ? 'ROLLBACK' : 'COMMIT';
    // Of two that lock the same rows the other way round one is rolled back.
    await session.query(`BEGIN; ${statements.join('; ')}; ${end}`).catch(async (error) => {
      if (error.code !== DEADLOCK) throw error;
      await session.query('ROLLBACK');
    });
    if (chance() < 0.6) await pause(chance() * pauseMs);
  }
  await session.query('UPDATE items SET grp = 1 WHERE grp = 0');
}

const DEADLOCK = '40P01';

const bodyOf = (text: string, more = ''): string =>
  `query: ${JSON.stringify(text)}\nsources: [{sourceId: db}]\n${more}`;

/** Adds, changes, stops, starts and deletes queries until it is stopped. */
export async function changeQueries(
  service: TestService,
  ids: readonly string[],
  {chance, signal, pauseMs, whileThere}: Changing,
): Promise<void> {
  while (!signal.aborted) {
    const id = pick(chance, ids);
    const body = bodyOf(pick(chance, TEXTS[id]!), `autoStart: ${chance() < 0.9}`);
    const path = `/api/v1/queries/${id}`;
    const [method, where, sent] = pick<readonly [string, string, string?]>(chance, [
      ['PUT', path, body],
      ['PUT', path, body],
      ['PUT', path, bodyOf('SELECT nothing FROM nowhere')],
      ['POST', '/api/v1/queries', `id: ${id}\n${body}`],
      ['POST', '/api/v1/queries', `id: ${id}\n${body}`],
      ['DELETE', path],
      ['POST', `${path}/stop`],
      ['POST', `${path}/start`],
      ['POST', `${path}/start`],
    ]);
    await whileThere(async () => {
      const {status, body: answer} = await service.send(method, where, sent);
      const told = answer.success === (status === 200);
      if (status >= 500 || !told) throw new Error(`${method} ${where}: ${JSON.stringify(answer)}`);
    });
    await pause(chance() * 10 * pauseMs);
  }
}

const CUT = `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
  WHERE slot_name = current_database() AND active`;

/** Now and then cuts the source's connection, or has its tables compared. */
export async function disturb(
  service: TestService,
  {chance, signal, whileThere}: Changing,
): Promise<void> {
  while (!signal.aborted) {
    await pause(chance() * 4000);
    if (chance() < 0.5) await service.database.query(CUT);
    else {
      await whileThere(async () => {
        const {status, body} = await service.send('POST', '/api/v1/sources/db/resync');
        if (status !== 202 && status !== 409) throw new Error(`resync: ${JSON.stringify(body)}`);
      });
    }
  }
}

/** All queries are there and run, by their first texts. */
export async function settleQueries(service: TestService, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const body = bodyOf(TEXTS[id]![0]!, 'autoStart: true');
    const {status, body: answer} = await service.send('PUT', `/api/v1/queries/${id}`, body);
    if (status !== 200) throw new Error(JSON.stringify(answer));
  }
}
