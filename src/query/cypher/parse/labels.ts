import type {Labels} from '../ast.ts';
import type {Cursor} from './cursor.ts';

/**
 * `:A`, `:A:B`, `:A&B`, `:A|B`, `:!A`, `:%`, with brackets; at the first colon (or, in GQL, at
 * IS). Tightest first: `!`, then `&` and `:`, then `|`.
 */
export function parseLabels(cursor: Cursor): Labels {
  if (!cursor.takeWords('IS')) cursor.expectSymbol(':');
  return parseEither(cursor);
}

/** Whether labels follow the colon that stands `ahead`, and not a value. */
export const areLabelsAhead = (cursor: Cursor, ahead: number): boolean =>
  ['word', 'name'].includes(cursor.peek(ahead + 1).kind) ||
  ['(', '!', '%'].some((symbol) => cursor.isSymbol(symbol, ahead + 1));

function parseEither(cursor: Cursor): Labels {
  const args = [parseAll(cursor)];
  // In [x IN list WHERE x:A | e] the bar ends the condition.
  while (!cursor.barEnds && cursor.takeSymbol('|')) {
    cursor.takeSymbol(':');
    args.push(parseAll(cursor));
  }
  return together('or', args);
}

function parseAll(cursor: Cursor): Labels {
  const args = [parseOne(cursor)];
  while (cursor.takeSymbol('&') || cursor.takeSymbol(':')) args.push(parseOne(cursor));
  return together('and', args);
}

function together(kind: 'and' | 'or', args: readonly Labels[]): Labels {
  const [only, ...others] = args;
  return only && others.length === 0 ? only : {kind, args};
}

function parseOne(cursor: Cursor): Labels {
  if (cursor.takeSymbol('!')) return cursor.nested(() => ({kind: 'not', of: parseOne(cursor)}));
  if (cursor.takeSymbol('%')) return {kind: 'any'};
  if (!cursor.takeSymbol('(')) {
    const hint = 'a label has no quotes: (n:Label), or (n:`another label`)';
    return {kind: 'label', name: cursor.anyName('a label', hint)};
  }
  const inside = cursor.nested(() => cursor.untilBar(false, () => parseEither(cursor)));
  cursor.expectSymbol(')');
  return inside;
}
