import {backoffMs} from '../lib/backoff.ts';
import type {PostgresSourceOptions} from './options.ts';

/** What makes the rows held doubtful: they are compared before the stream goes on. */
const DOUBTS = new Set([
  'image-out-of-step',
  'rows-differ',
  'schema-changed',
  'transaction-too-large',
  'transaction-not-kept',
  'slot-given-up',
]);

/** What the next connection sees by itself. */
const LOOKED_AT = new Set(['table-went', 'position-lost']);

/** What the stream says of changes made while there was no publication. */
const UNDEFINED_OBJECT = '42704';

/** What the server says of a slot that it has invalidated, or whose log it has removed. */
const LOST = new Set(['55000', '58P01']);

/** What a connection ended with: the problem's code, and the server's where it had one. */
export interface Failure {
  readonly code: string;
  readonly sqlState: string;
  /** How many connections failed since something of the log came through, this one too. */
  readonly count: number;
}

/** Whether the rows held must be compared with the tables before the stream goes on. */
export function makesDoubtful({code, sqlState}: Failure): boolean {
  return DOUBTS.has(code) || sqlState === UNDEFINED_OBJECT;
}

type Pauses = Pick<PostgresSourceOptions, 'slotRetryMs' | 'retryFirstMs' | 'retryMaxMs'>;

/**
 * How long to wait before the next connection. What another look at the database mends is
 * tried at once, and waits only where it comes again without progress. A slot that another
 * instance reads from is asked for steadily, so that a standby takes over within seconds.
 * A slot that was given up is not made again before the service has had time to catch up.
 */
export function pauseMs(
  failure: Failure,
  {slotRetryMs, retryFirstMs, retryMaxMs}: Pauses,
  chance: number,
): number {
  const {code, sqlState, count} = failure;
  if (code === 'slot-in-use') return slotRetryMs;
  if (code === 'slot-given-up') return retryMaxMs;
  const passes = makesDoubtful(failure) || LOOKED_AT.has(code) || LOST.has(sqlState);
  if (count === 1 && passes) return 0;
  return backoffMs(count, {firstMs: retryFirstMs, maxMs: retryMaxMs}, chance);
}
