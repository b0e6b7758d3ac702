import {identicalRows} from '../../data/compare.ts';
import type {Delta, Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Revive} from '../../data/stored-row.ts';
import type {Row} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import {compileRow} from '../evaluate.ts';
import type {Timed, TimeState} from '../plan.ts';
import {failedOn} from '../problems-run.ts';
import {eachEdit} from './each-edit.ts';
import {net} from './net.ts';
import {Ordered} from './ordered.ts';
import {HELD_MAX, room} from './room.ts';
import {type OperatorMemory, rowMemory} from './row-memory.ts';
import {compareKeys} from './sort.ts';
import {stateTexts} from './timed-memory.ts';

/** An operator whose rows also change by time alone. */
export interface TimedOperator {
  /** A step at `now`, microseconds since 1970, which never is before an earlier one. */
  push(delta: Delta, now: number): Delta;
  /** The earliest microsecond at which a row may change though no row below does. */
  nextDue(): number | undefined;
  /** What its functions with history keep; undefined where there is none. */
  readonly memory: OperatorMemory | undefined;
  readonly size: number;
}

interface Held {
  readonly row: Row;
  readonly states: readonly TimeState[];
  /** The row above: with the functions' values. */
  readonly told: Row;
  readonly due: number | undefined;
}

type States = readonly (TimeState | undefined)[];

interface At {
  readonly now: number;
  /** Whether the row is new or has changed, or whether only time has passed. */
  readonly changed: boolean;
}

interface Due {
  readonly due: number;
  readonly key: Key;
}

/**
 * Time functions: each row with what time makes of it. Remembers its rows, the state of
 * each function for each, and in order which row is next to be looked at again.
 *
 * A row's changes within one step are one change: what a row was for no time at all is
 * not part of its history. A row of the first step of which something was recalled has not
 * changed by coming: it goes on from there. `revive` is for boxed values that are recalled.
 */
export function timed(
  {functions, width}: Pick<Timed, 'functions' | 'width'>,
  {
    revive,
    max = HELD_MAX,
  }: {readonly revive?: Revive | undefined; readonly max?: number | undefined} = {},
): TimedOperator {
  const calls = functions.map((call) => ({step: call.function.step, args: compileRow(call.args)}));
  const held = new Map<Key, Held>();
  const queue = new Ordered<Due>(byDue);
  const texts = stateTexts({functions, width}, revive);
  const history = functions.some((call) => call.function.history);
  const memory = history ? rowMemory({keys: () => held.keys(), textOf}) : undefined;

  function textOf(key: Key): string | undefined {
    const row = held.get(key);
    return row && texts.write(row.row, row.states);
  }

  function stepped(row: Row, was: States | undefined, at: At): Held {
    const {now} = at;
    const states = calls.map(({step, args}, i) => step(was?.[i], args(row), at));
    const due = earliest(states);
    assert(due === undefined || due > now, `a row is due at ${due}, which is not after ${now}`);
    return {row, states, told: row.concat(states.map(({value}) => value)), due};
  }

  function keep(key: Key, was: Held | undefined, is: Held | undefined): void {
    if (was?.due !== undefined) queue.remove({due: was.due, key});
    if (is?.due !== undefined) queue.add({due: is.due, key});
    if (is && !was) room(held, max, 'rows that time changes');
    if (is) held.set(key, is);
    else held.delete(key);
  }

  /** A row that comes, as it was before a restart; undefined where that does not fit it. */
  function recalledRow(key: Key, row: Row, now: number): Held | undefined {
    const text = memory?.take(key);
    const states = text === undefined ? undefined : texts.read(row, text);
    if (!states) return undefined;
    const is = stepped(row, states, {now, changed: false});
    if (!texts.same(is.states, states)) memory?.touch(key);
    return is;
  }

  function editedRow({key, before, after}: Edit, now: number): Edit {
    const was = held.get(key);
    const recalled = after && !before ? recalledRow(key, after, now) : undefined;
    const changed = !before || !after || changesOwn(before, after);
    const is = recalled ?? (after && stepped(after, was?.states, {now, changed}));
    keep(key, was, is);
    if (!recalled) memory?.touch(key);
    return {key, before: was?.told, after: is?.told};
  }

  /** Whether an update is one of the row itself, and not only of time functions below. */
  function changesOwn(before: Row, after: Row): boolean {
    if (after.length === width) return true;
    return !identicalRows(before.slice(0, width), after.slice(0, width));
  }

  function dueRow(key: Key, now: number): Edit | undefined {
    const was = held.get(key);
    assert(was !== undefined, `row ${key} is due and not there`);
    try {
      const is = stepped(was.row, was.states, {now, changed: false});
      keep(key, was, is);
      if (!texts.same(is.states, was.states)) memory?.touch(key);
      if (identicalRows(was.told, is.told)) return undefined;
      return {key, before: was.told, after: is.told};
    } catch (error) {
      throw failedOn(key, error);
    }
  }

  return {
    push(delta, now) {
      const output: Edit[] = [];
      eachEdit(net(delta), (edit) => {
        output.push(editedRow(edit, now));
      });
      memory?.settle();
      for (let next = queue.first; next && next.due <= now; next = queue.first) {
        const edit = dueRow(next.key, now);
        if (edit) output.push(edit);
      }
      return output;
    },
    nextDue: () => queue.first?.due,
    memory,
    get size() {
      return held.size;
    },
  };
}

function earliest(states: readonly TimeState[]): number | undefined {
  let first: number | undefined;
  for (const {due} of states) {
    if (due !== undefined && (first === undefined || due < first)) first = due;
  }
  return first;
}

const byDue = (a: Due, b: Due): number => a.due - b.due || compareKeys(a.key, b.key);
