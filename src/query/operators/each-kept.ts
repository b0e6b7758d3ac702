import type {Delta, Edit} from '../../data/delta.ts';
import type {Row} from '../../data/value.ts';
import {failedOn} from '../problems-run.ts';
import {ownCode} from './own-code.ts';

/** Whether a row is to be kept. */
export type Holds = (row: Row) => boolean;

/** What an edit becomes of which the row before (`was`), the row after (`is`) or both are kept. */
export type Answer = (edit: Edit, was: boolean, is: boolean) => Edit | undefined;

/** A query that has been told so many edits in lists gets a loop with code of its own. */
const OWN_FROM = 5000;

/**
 * What `answer` makes of the edits of which `holds` keeps a row, where it makes something
 * of it. A Problem that either throws comes with the row's key. Both answer alike whenever
 * they are asked.
 */
export function eachKept(holds: Holds, answer: Answer): (delta: Delta) => Delta {
  let tell = tellKept;
  let told = 0;

  return (delta) => {
    try {
      if (delta.length === 1) return onlyKept(delta[0]!, holds, answer);
      const output: Edit[] = [];
      tell(delta, holds, answer, output);
      if (told < OWN_FROM) {
        told += delta.length;
        if (told >= OWN_FROM) tell = ownCode(tellKept);
      }
      return output;
    } catch (error) {
      throw failedAmong(delta, holds, answer, error);
    }
  };
}

/**
 * The loop. All edits of a stretch, a bit of a number each, are judged before the first is
 * answered, and without a branch on what comes out: whether a row passes is what a processor
 * guesses worst, and it finds out only when the row has come from memory. So the rows of a
 * stretch are fetched at once, not one after the other (docs/decisions/0010).
 *
 * Reads nothing but its arguments: `ownCode` copies its text.
 */
function tellKept(delta: Delta, holds: Holds, answer: Answer, output: Edit[]): void {
  for (let from = 0; from < delta.length; from += 32) {
    const end = Math.min(from + 32, delta.length);
    let was = 0;
    let is = 0;
    for (let at = from; at < end; at++) {
      const {before, after} = delta[at]!;
      was |= Number(before !== undefined && holds(before)) << (at - from);
      is |= Number(after !== undefined && holds(after)) << (at - from);
    }
    for (let left = was | is; left !== 0; left &= left - 1) {
      const lowest = left & -left;
      const edit = delta[from + 31 - Math.clz32(lowest)]!;
      const answered = answer(edit, (was & lowest) !== 0, (is & lowest) !== 0);
      if (answered !== undefined) output.push(answered);
    }
  }
}

/** Most steps are one edit: its answer stands in a list of its own size. */
function onlyKept(edit: Edit, holds: Holds, answer: Answer): Delta {
  const {before, after} = edit;
  const was = before !== undefined && holds(before);
  const is = after !== undefined && holds(after);
  if (!was && !is) return [];
  const only = answer(edit, was, is);
  return only === undefined ? [] : [only];
}

/** The error of the first edit that fails, which is found by asking again. */
function failedAmong(delta: Delta, holds: Holds, answer: Answer, error: unknown): unknown {
  for (const edit of delta) {
    try {
      onlyKept(edit, holds, answer);
    } catch (first) {
      return failedOn(edit.key, first);
    }
  }
  return error;
}
