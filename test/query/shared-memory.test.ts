import {beforeAll, expect, test} from 'vitest';
import {INT4} from '../../src/data/type.ts';
import {loadSqlParser} from '../../src/pipeline/sql-parser.ts';
import {heldRows, queryGroup, tableOf} from '../support/shared-world.ts';

beforeAll(loadSqlParser);

/** What is remembered above a shared subplan has the name that it has without: it is kept. */
test('what a query remembers of time is the same whether it shares a part or not', () => {
  const text = `SELECT x, k FROM (SELECT x, count(*) AS k FROM n GROUP BY x) g
    WHERE true_for(k > 1, interval '1 minute')`;
  const memoryOf = (ids: readonly string[]) => {
    const held = heldRows();
    const group = queryGroup(held.rows);
    group.source.describe([
      tableOf(
        'n',
        ['id', 'x'].map((name) => ({name, type: INT4})),
      ),
    ]);
    for (const id of ids) group.begin(id, text);
    const changes = new Map([
      ['public.n', [1, 2].map((key) => ({key, before: undefined, after: [key, 7]}))],
    ]);
    held.apply(changes);
    group.step(changes);
    const {operators} = group.queries.get(ids[0]!)!;
    return {plan: operators?.explain(), memory: [...(operators?.memory?.all() ?? [])]};
  };
  const [alone, sharing] = [memoryOf(['one']), memoryOf(['one', 'two'])];
  expect([alone.plan?.includes('shared'), sharing.plan?.includes('shared')]).toEqual([false, true]);
  expect(alone.memory).toHaveLength(1);
  expect(sharing.memory).toEqual(alone.memory);
});
