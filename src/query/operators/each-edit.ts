import type {Delta, Edit} from '../../data/delta.ts';
import {failedOn} from '../problems-run.ts';

/** Calls `visit` for each edit; a Problem that it throws comes with the row's key. */
export function eachEdit(delta: Delta, visit: (edit: Edit) => void): void {
  let at = 0;
  try {
    for (; at < delta.length; at++) visit(delta[at]!);
  } catch (error) {
    throw failedOn(delta[at]!.key, error);
  }
}

/**
 * What `answer` makes of each edit, where it makes something of it. Most steps are one
 * edit: its answer stands in a list of its own size, not in one that has room to grow.
 */
export function eachAnswer(delta: Delta, answer: (edit: Edit) => Edit | undefined): Delta {
  let at = 0;
  try {
    if (delta.length === 1) {
      const only = answer(delta[0]!);
      return only === undefined ? [] : [only];
    }
    const output: Edit[] = [];
    for (; at < delta.length; at++) {
      const edit = answer(delta[at]!);
      if (edit !== undefined) output.push(edit);
    }
    return output;
  } catch (error) {
    throw failedOn(delta[at]!.key, error);
  }
}
