import type {Event} from '../data/event.ts';
import {type Lsn, lsnText} from '../data/lsn.ts';
import {catalogue} from '../lib/problem.ts';

/** The problems of questions about the past. */
export const historyProblems = catalogue({
  'history-not-held': {
    cause: 'A result or events are asked for of a time that the event log no longer holds.',
    remedy:
      'Ask for a later time: the detail says from where on there is one. How far back the log ' +
      'goes is a matter of `limits.eventLogEvents`, `eventLogBytes` and `eventLogMs`.',
    status: 410,
    say: ({first}: {first: Event | undefined}) => ({
      message: 'the event log does not go back so far',
      detail: first ? `It begins with ${eventText(first)}.` : 'It holds no event.',
      hint: 'raise "eventLogEvents" and "eventLogBytes" under "limits" to hold more from now on',
    }),
  },
  'history-ahead': {
    cause: 'A result or events are asked for of a time that is not here yet.',
    remedy: 'Ask for an earlier time, or leave `at` out for the result as it is now.',
    status: 409,
    say: ({last, asOf, nowMs}: Ahead) => ({
      message: 'this moment is yet to come',
      detail: [
        `The last event is ${last}`,
        ...(asOf ? [`the result is as of ${lsnText(asOf.lsn)}`] : []),
        ...(nowMs === undefined ? [] : [`it is ${new Date(nowMs).toISOString()}`]),
      ]
        .join(', ')
        .concat('.'),
    }),
  },
  'history-too-large': {
    cause: 'A past result is asked for, and more rows have changed since than may be held for it.',
    remedy: 'Ask for a later time, or raise `limits.historyRows`.',
    status: 413,
    /** `most`: more can not be held, whatever the limit says. */
    say: ({max, most}: {max: number; most: boolean}) => ({
      message: `more than ${max} rows have changed since then`,
      hint: `${most ? '' : 'raise "historyRows" under "limits", or '}ask for a later time`,
    }),
  },
  'history-busy': {
    cause: 'As many requests look through the event log as are allowed at a time.',
    remedy: 'Ask again after the time in Retry-After, or raise `limits.historyRequests`.',
    status: 503,
    say: ({max}: {max: number}) => ({
      message: `${max} requests are looking through the event log already`,
      hint: 'ask again in a second',
    }),
  },
});

interface Ahead {
  readonly last: number;
  readonly asOf: {readonly lsn: Lsn} | undefined;
  readonly nowMs: number | undefined;
}

function eventText({sequence, transaction: {lsn, commitTime}}: Event): string {
  return `event ${sequence}, at ${lsn}, of ${new Date(commitTime / 1000).toISOString()}`;
}
