import type {Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';

/**
 * An edit that an operator makes of each one it is told. A class and no object literal:
 * where the first objects of a literal live long, as those of a hydration do, V8 makes all
 * later ones where long-lived objects are, and collecting them from there costs more
 * (docs/decisions/0010).
 */
export class RowEdit implements Edit {
  readonly key: Key;
  readonly before: Row | undefined;
  readonly after: Row | undefined;

  constructor(key: Key, before: Row | undefined, after: Row | undefined) {
    this.key = key;
    this.before = before;
    this.after = after;
  }
}
