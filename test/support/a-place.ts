import type {EventTransaction} from '../../src/data/event.ts';

/** Of events whose transaction is no matter. */
export const A_PLACE: EventTransaction = {
  kind: 'stream',
  source: 's',
  lsn: '0/8',
  xid: 1,
  commitTime: 1,
  part: 1,
  parts: 1,
};
