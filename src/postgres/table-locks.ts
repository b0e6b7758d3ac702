import type pg from 'pg';
import type {Clock} from '../lib/clock.ts';
import type {FollowedTable} from './catalog.ts';
import {codeOf} from './failure.ts';
import {quoteTable} from './identifiers.ts';
import {slotProblems} from './problems-slot.ts';

export interface LockOptions {
  readonly limitMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const POLL_MS = 50;
const NOT_AVAILABLE = '55P03';

/**
 * Begins a transaction that keeps the tables' shape as it is until it ends. A table rewritten
 * or truncated after the snapshot was made would look empty in it: neither is in MVCC.
 *
 * Never waits for a lock while it holds another one, since a transaction that alters several
 * tables would wait for us then, and be ended as the deadlock's victim.
 */
export async function lockTables(
  client: pg.Client,
  tables: readonly FollowedTable[],
  {limitMs, clock, signal}: LockOptions,
): Promise<void> {
  const untilMs = clock.steadyMs() + limitMs;
  for (;;) {
    await client.query('BEGIN');
    if (await locked(client, tables)) return;
    await client.query('ROLLBACK');
    if (clock.steadyMs() >= untilMs) {
      throw slotProblems['tables-locked']({why: `one of them was locked for ${limitMs} ms`});
    }
    await clock.wait(POLL_MS, signal);
  }
}

/**
 * Locks the tables in a session's transaction too, at once or not at all. Who reads them without
 * would stand in line behind whoever waits for the session that has locked them, which waits for
 * the reader: nobody would ever find out.
 */
export async function lockAlso(client: pg.Client, tables: readonly FollowedTable[]): Promise<void> {
  if (await locked(client, tables)) return;
  throw slotProblems['tables-locked']({why: 'somebody waited for such a change'});
}

async function locked(client: pg.Client, tables: readonly FollowedTable[]): Promise<boolean> {
  if (tables.length === 0) return true;
  const list = tables.map(({table, only}) => `${only ? 'ONLY ' : ''}${quoteTable(table)}`);
  try {
    await client.query(`LOCK TABLE ${list.join(', ')} IN ACCESS SHARE MODE NOWAIT`);
    return true;
  } catch (error) {
    if (codeOf(error) === NOT_AVAILABLE) return false;
    throw error;
  }
}
