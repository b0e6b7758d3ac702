import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Expr} from '../../../src/query/cypher/ast.ts';
import {parseCypher} from '../../../src/query/cypher/parser.ts';
import {print} from '../../../src/query/cypher/print.ts';
import {expression} from './ast-arbitrary.ts';

/** The tree with every place the same. */
const placeless = (tree: unknown): unknown =>
  JSON.parse(
    JSON.stringify(tree, (key, value) =>
      key === 'span' ? 0 : typeof value === 'bigint' ? `${value}n` : value,
    ),
  );

function parsed(text: string): Expr | undefined {
  const [part] = parseCypher(`RETURN ${text} AS x`).parts;
  const [clause] = part?.clauses ?? [];
  return clause?.kind === 'return' ? clause.items[0]?.expression : undefined;
}

test('what is printed is read as the tree it was printed from', () => {
  fc.assert(
    fc.property(expression, (tree) => {
      expect(placeless(parsed(print(tree)))).toEqual(placeless(tree));
    }),
    {numRuns: 500},
  );
});
