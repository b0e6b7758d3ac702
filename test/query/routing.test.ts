import {expect, test} from 'vitest';
import type {Delta} from '../../src/data/delta.ts';
import {arrayOf, BOOL, INT4} from '../../src/data/type.ts';
import type {Value} from '../../src/data/value.ts';
import type {Expression} from '../../src/query/expression.ts';
import {type Routed, router} from '../../src/query/routing.ts';
import {column, equal, join, literal, or, scan, where} from '../support/plans.ts';

const a = scan('a');
const changes = (delta: Delta) => new Map([['a', delta]]);
const comes = (key: number, value: number | null) => ({
  key,
  before: undefined,
  after: [value, 10, 'x'],
});

const byQuery = (routed: readonly Routed<string>[]) =>
  new Map(routed.flatMap(({queries, changes: its}) => queries.map((query) => [query, its])));

test('a query on another value is not found, and none is given edits that are not its own', () => {
  const queries = router<string>();
  queries.add('one', where(a, equal(column(0), literal(1))));
  queries.add(
    'one or two',
    where(a, or(equal(column(0), literal(1)), equal(literal(2), column(0)))),
  );
  queries.add('three', where(a, equal(column(0), literal(3))));
  queries.add('all', a);
  const delta = [comes(1, 1), comes(2, 2), comes(3, null)];
  expect(byQuery(queries.route(changes(delta)))).toEqual(
    new Map([
      ['all', changes(delta)],
      ['one', changes([delta[0]!])],
      ['one or two', changes([delta[0]!, delta[1]!])],
    ]),
  );
});

test('a row that leaves a value concerns the queries on both, once each', () => {
  const queries = router<string>();
  queries.add('one', where(a, equal(column(0), literal(1))));
  queries.add('both', where(a, or(equal(column(0), literal(1)), equal(column(0), literal(2)))));
  const edit = {key: 1, before: [1, 10, 'x'], after: [2, 10, 'x']};
  expect(byQuery(queries.route(changes([edit])))).toEqual(
    new Map([
      ['one', changes([edit])],
      ['both', changes([edit])],
    ]),
  );
});

test('a table that a query also reads whole is given whole', () => {
  const queries = router<string>();
  queries.add('q', join('inner', where(a, equal(column(0), literal(1))), a, undefined));
  const delta = [comes(1, 1), comes(2, 2)];
  expect(byQuery(queries.route(changes(delta)))).toEqual(new Map([['q', changes(delta)]]));
});

test('a removed query is not found again', () => {
  const queries = router<string>();
  queries.add('q', where(a, equal(column(0), literal(1))));
  queries.remove('q');
  expect(queries.route(changes([comes(1, 1)]))).toEqual([]);
});

test.each<[name: string, form: Expression]>([
  ['openCypher IN', inList('in', {kind: 'any'}, [1, null, 3])],
  ['SQL = ANY', inList('= any', INT4, [1, null, 3])],
])('a list is looked up like its values, beside a query on one of them: %s', (_name, form) => {
  const queries = router<string>();
  queries.add('one', where(a, equal(column(0), literal(1))));
  queries.add('list', where(a, form));
  const delta = [comes(1, 1), comes(2, 2), comes(3, 3), comes(4, null)];
  expect(byQuery(queries.route(changes(delta)))).toEqual(
    new Map([
      ['one', changes([delta[0]!])],
      ['list', changes([delta[0]!, delta[2]!])],
    ]),
  );
});

/** A column of a type, compared with a list of constants. */
function inList(name: string, type: Expression['type'], value: readonly Value[]): Expression {
  const list: Expression = {kind: 'literal', value, type: arrayOf(type)};
  return {
    kind: 'call',
    function: {name, strict: false, compute: () => null},
    args: [{kind: 'column', index: 0, type}, list],
    type: BOOL,
  };
}
