import fc from 'fast-check';
import type {
  Clause,
  Item,
  Pattern,
  Projection,
  Query,
  SingleQuery,
} from '../../../src/query/cypher/ast.ts';
import {expression, name, optional, pattern, span} from './ast-arbitrary.ts';

/** Whole queries that the grammars of openCypher and GQL can write, whatever they mean. */

const here = fc.constant(span);
const where = optional(expression);

const named: fc.Arbitrary<Pattern> = fc
  .tuple(pattern, optional(name), fc.boolean())
  .map(([one, variable, alone]) => ({
    ...one,
    variable,
    // A node by itself is a pattern of a MATCH.
    nodes: alone ? one.nodes.slice(0, 1) : one.nodes,
    relationships: alone ? [] : one.relationships,
  }));

const match: fc.Arbitrary<Clause> = fc.record({
  kind: fc.constant('match' as const),
  optional: fc.boolean(),
  patterns: fc.array(named, {minLength: 1, maxLength: 2}),
  where,
  span: here,
});

const unwind: fc.Arbitrary<Clause> = fc.record({
  kind: fc.constant('unwind' as const),
  list: expression,
  variable: name,
  span: here,
});

const filter: fc.Arbitrary<Clause> = fc.record({
  kind: fc.constant('filter' as const),
  where: expression,
  span: here,
});

const item: fc.Arbitrary<Item> = fc.record({expression, alias: optional(name)});
const NOTHING_MORE = {
  distinct: false,
  groupBy: undefined,
  orderBy: [],
  skip: undefined,
  limit: undefined,
  where: undefined,
  span,
} as const;

const lets: fc.Arbitrary<Projection> = fc
  .array(fc.record({expression, alias: name}), {minLength: 1, maxLength: 2})
  .map((items) => ({kind: 'with', word: 'LET', star: true, items, ...NOTHING_MORE}));

const yields: fc.Arbitrary<Projection> = fc
  .array(item, {minLength: 1, maxLength: 2})
  .map((items) => ({kind: 'with', word: 'YIELD', star: false, items, ...NOTHING_MORE}));

/** WITH, RETURN, and a RETURN before NEXT. */
const projection = (word: 'WITH' | 'RETURN', kind: 'with' | 'return'): fc.Arbitrary<Projection> =>
  fc
    .record({
      distinct: fc.boolean(),
      star: fc.boolean(),
      items: fc.array(item, {maxLength: 2}),
      groupBy: word === 'WITH' ? fc.constant(undefined) : optional(groups),
      orderBy: fc.array(fc.record({expression, descending: fc.boolean()}), {maxLength: 2}),
      skip: where,
      limit: where,
      where: word === 'WITH' ? where : fc.constant(undefined),
    })
    .map((parts) => ({kind, word, ...parts, star: parts.star || parts.items.length === 0, span}));

const groups = fc.array(expression, {maxLength: 2});

const single: fc.Arbitrary<SingleQuery> = fc
  .tuple(
    fc.array(
      fc.oneof<fc.Arbitrary<Clause>[]>(
        match,
        match,
        unwind,
        filter,
        lets,
        yields,
        projection('WITH', 'with'),
        projection('RETURN', 'with'),
      ),
      {maxLength: 3},
    ),
    projection('RETURN', 'return'),
  )
  .map(([clauses, last]) => ({clauses: [...clauses, last], span}));

export const query: fc.Arbitrary<Query> = fc
  .tuple(fc.array(single, {minLength: 1, maxLength: 2}), fc.boolean())
  // Of one part, no union tells which sort it would be.
  .map(([parts, all]) => ({parts, all: all || parts.length === 1, span}));
