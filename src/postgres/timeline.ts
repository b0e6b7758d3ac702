import {type Lsn, parseLsn} from '../data/lsn.ts';
import {type ConnectOptions, openSession} from './connection.ts';
import {codeOf} from './failure.ts';
import type {TlsOptions} from './tls.ts';

/** What the server says where it has no history file of a timeline, as of the first it has none. */
const UNDEFINED_FILE = '58P01';

/**
 * Where the server's history left an earlier timeline: what was written there before this
 * position is in the database still, and nothing after it. undefined where its history does
 * not name that timeline, or is not told: then it is another history.
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
  } catch (error) {
    if (codeOf(error) !== UNDEFINED_FILE) throw error;
    return undefined;
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
