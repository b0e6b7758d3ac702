import type {Event, EventRow} from '../../src/data/event.ts';
import type {Chance} from '../crash/mortal.ts';

/** Of what is kept apart, or together, there is one less, as much, and one more. */
const SIZES = [0, 1, 2, 3, 20, 255, 256, 257, 2100, 4100] as const;
const WIDTHS = [2, 2, 90, 90, 3000, 70_000] as const;
/** Of one text that makes an event large by itself. */
const LARGE_WIDTH = 9_000_000;
/** About so many rows make an event large. */
const LARGE_ROWS = 4096;

/** Events that follow on one, as a step may have them; `many`: there may be thousands. */
export function randomEvents(chance: Chance, after: number, many: boolean): Event[] {
  const {is, pick, below} = chance;
  const together = many && is(0.1) ? pick(SIZES) : below(4);
  return Array.from({length: together}, (_, i) =>
    randomEvent(chance, {at: after + 1 + i, together}),
  );
}

function randomEvent(
  {is, pick, below}: Chance,
  {at: sequence, together}: {at: number; together: number},
): Event {
  const few = together < 100;
  const large = few && is(0.02);
  const count = large ? LARGE_ROWS - 6 + below(12) : few ? below(4) : 1;
  const wide = few && is(0.004) ? LARGE_WIDTH : pick(WIDTHS);
  const text = 'é'.repeat((few && !large ? wide : 2) / 2);
  const rows = Array.from({length: count}, (_, at) => rowOf(at, JSON.stringify(text + at)));
  const of = (kind: number): EventRow[] => rows.filter((_, at) => at % 3 === kind);
  const place = {
    source: pick(['s', 'two "ü"']),
    lsn: '0/1A',
    xid: is(0.5) ? sequence : undefined,
    commitTime: sequence * 7,
  };
  return {
    ...{sequence, queryId: pick(['q', 'other "ü"'])},
    ...{added: of(0), updated: of(1), deleted: of(2)},
    transaction: {kind: 'stream', ...place, part: 1, parts: 1},
  };
}

function rowOf(at: number, text: string): EventRow {
  const kind = at % 3;
  return {key: `k${at}|ü`, ...(kind > 0 && {before: text}), ...(kind < 2 && {after: text})};
}
