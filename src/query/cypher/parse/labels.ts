import type {Labels, Name} from '../ast.ts';
import type {Cursor} from './cursor.ts';

/** `:A:B`, `:A&B` or `:A|B`, at the first colon. */
export function parseLabels(cursor: Cursor): Labels {
  cursor.expectSymbol(':');
  const names: Name[] = [cursor.anyName('a label')];
  const any = cursor.isSymbol('|');
  for (;;) {
    if (any ? cursor.takeSymbol('|') : cursor.takeSymbol('&')) {
      cursor.takeSymbol(':');
      names.push(cursor.anyName('a label'));
    } else if (!any && cursor.takeSymbol(':')) names.push(cursor.anyName('a label'));
    else return {mode: any ? 'any' : 'all', names};
  }
}
