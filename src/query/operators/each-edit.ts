import type {Delta, Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import {failedOn} from '../problems-run.ts';

/** Calls `visit` for each edit; a Problem that it throws comes with the row's key. */
export function eachEdit(delta: Delta, visit: (edit: Edit) => void): void {
  let at: Key = '';
  try {
    for (const edit of delta) {
      at = edit.key;
      visit(edit);
    }
  } catch (error) {
    throw failedOn(at, error);
  }
}
