import type {EventRow} from '../data/event.ts';
import type {Key} from '../data/key.ts';
import type {Row} from '../data/value.ts';

/**
 * A row that came, whose texts are made each time they are read. Of the rows of a first
 * snapshot they mostly never are: who connects later is told the result as it is then.
 */
export class LateRow implements EventRow {
  readonly #row: {readonly key: Key; readonly after: Row};
  readonly #json: (row: Row) => string;

  constructor(row: {readonly key: Key; readonly after: Row}, json: (row: Row) => string) {
    this.#row = row;
    this.#json = json;
  }

  get key(): string {
    return String(this.#row.key);
  }

  get after(): string {
    return this.#json(this.#row.after);
  }
}

/** From so many rows on, texts that nobody may read cost more than reading them twice. */
export const LATE_ROWS = 10_000;
