import type pg from 'pg';
import type {ConnectOptions, ProtocolConnection} from './connection.ts';
import {postgresProblems} from './problems.ts';

/** A session as it is looked at from the network. */
export interface Watched {
  readonly stream: ProtocolConnection['stream'];
  /** Whether it waits for the end of a statement. */
  readonly asking: () => boolean;
  /** Whether the server's process still works on that, as others see it. */
  readonly worksStill: () => Promise<boolean>;
}

/**
 * Ends a session on which the server was asked something and has said nothing for `silentMs`,
 * and does not work on it either: what was asked then fails with `connection-silent`.
 *
 * A server may be silent for as long as a statement takes, so silence alone says nothing: on
 * another connection it is asked after the process that serves this one. That one may have
 * gone, or wait for us, and we for it: something between the two has lost the connection
 * and told nobody, which TCP's own keepalives do not find where that something answers them.
 */
export function endSilent(
  {stream, asking, worksStill}: Watched,
  options: Pick<ConnectOptions, 'host' | 'port' | 'silentMs'>,
): void {
  let looking = false;

  async function look(): Promise<void> {
    const heard = stream.bytesRead;
    // A server of which nothing can be learned is none to wait for.
    const works = await worksStill().catch(() => false);
    if (works || stream.bytesRead !== heard || stream.destroyed) return;
    stream.destroy(postgresProblems['connection-silent'](options));
  }
  stream.setTimeout(options.silentMs, () => {
    // A timeout is told once; the next one counts from here.
    stream.setTimeout(options.silentMs);
    if (looking || !asking() || stream.isPaused()) return;
    looking = true;
    void look().finally(() => {
      looking = false;
    });
  });
}

// Waiting for a client that asked is waiting for words that are lost.
const WORKS = `
  SELECT state = 'active' AND coalesce(wait_event, '') NOT IN ('ClientRead', 'ClientWrite') AS works
  FROM pg_stat_activity WHERE pid = $1`;

/** Whether a process of the server works on what it was asked. */
export async function worksStill(client: pg.Client, pid: number): Promise<boolean> {
  const {rows} = await client.query<{works: boolean | null}>(WORKS, [pid]);
  return rows[0]?.works ?? false;
}
