import {type Lsn, parseLsn} from '../data/lsn.ts';
import {type ConnectOptions, openSession} from './connection.ts';
import type {TlsOptions} from './tls.ts';

/**
 * Where the server's history left an earlier timeline: what was written there before this
 * position is in the database still, and nothing after it. undefined where its history does
 * not name that timeline: then it is another history.
 * https://www.postgresql.org/docs/current/protocol-replication.html
 */
export async function timelineLeftAt(
  connect: ConnectOptions,
  {earlier, now, tls, signal}: {earlier: number; now: number; tls: TlsOptions; signal: AbortSignal},
): Promise<Lsn | undefined> {
  const session = await openSession(connect, {replication: true, tls, signal});
  try {
    const {rows} = await session.client.query<{content: string | Buffer}>(
      `TIMELINE_HISTORY ${Math.trunc(now)}`,
    );
    return leftAt(String(rows[0]?.content ?? ''), earlier);
  } finally {
    await session.end();
  }
}

/** Reads the text of a history file: `1<tab>0/3000148<tab>why`, a line a timeline. */
export function leftAt(history: string, timeline: number): Lsn | undefined {
  for (const line of history.split('\n')) {
    const [number, position = ''] = line.trim().split(/\s+/);
    if (number === String(timeline)) return parseLsn(position);
  }
  return undefined;
}
