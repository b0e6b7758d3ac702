import type {Lsn} from '../data/lsn.ts';
import {assert} from '../lib/assert.ts';
import type {Message} from './pgoutput.ts';
import {slotProblems} from './problems-slot.ts';

/** A message that changes rows. */
export type RowChange = Extract<Message, {kind: 'insert' | 'update' | 'delete' | 'truncate'}>;

/** A committed transaction as the stream tells it: changes in order, rows as sent. */
export interface RawTransaction {
  /** The end of its commit record. */
  readonly lsn: Lsn;
  readonly xid: number;
  /** Microseconds since 1970. */
  readonly commitTime: number;
  readonly changes: readonly RowChange[];
}

/** Puts the messages of the stream together into whole transactions. */
export interface Assembler {
  /** The transaction that this message completes, if it completes one. */
  push(message: Message): RawTransaction | undefined;
  /** Whether a transaction has begun and not ended. */
  readonly open: boolean;
}

/**
 * `from`: transactions whose commit record begins before this position are known already
 * and left out; Postgres may send them again after a crash. `maxRows`: a transaction that
 * changes more rows than this is refused, since it is held in memory whole.
 */
export function assembler({from, maxRows}: {from: Lsn; maxRows: number}): Assembler {
  let begun: Extract<Message, {kind: 'begin'}> | undefined;
  let changes: RowChange[] = [];

  function committed(endLsn: Lsn): RawTransaction | undefined {
    assert(begun !== undefined, 'a transaction commits after it began');
    const {xid, commitTime, finalLsn} = begun;
    begun = undefined;
    return finalLsn < from ? undefined : {lsn: endLsn, xid, commitTime, changes};
  }

  return {
    push(message) {
      switch (message.kind) {
        case 'begin':
          begun = message;
          changes = [];
          return undefined;
        case 'commit':
          return committed(message.endLsn);
        case 'insert':
        case 'update':
        case 'delete':
        case 'truncate':
          assert(begun !== undefined, 'a row changes within a transaction');
          if (begun.finalLsn < from) return undefined;
          if (changes.length >= maxRows) {
            throw slotProblems['transaction-too-large']({xid: begun.xid, rows: maxRows});
          }
          changes.push(message);
          return undefined;
        default:
          return undefined;
      }
    },
    get open() {
      return begun !== undefined;
    },
  };
}
