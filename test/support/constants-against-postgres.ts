import {loadModule} from 'libpg-query';
import {expect} from 'vitest';
import {textWriter} from '../../src/data/text.ts';
import {problemsOf} from '../../src/lib/problem.ts';
import {dataflow} from '../../src/query/dataflow.ts';
import {optimise} from '../../src/query/optimise.ts';
import {compileSql} from '../../src/query/sql/lower.ts';
import {testDatabase} from './postgres.ts';

/** Expressions without columns, where Postgres says at once what is right. */
export interface Constants {
  /** Each has the value that Postgres gives it, or fails in both. */
  agree(expressions: readonly string[]): Promise<void>;
  drop(): Promise<void>;
}

type Answer = string | null;

const FAILS = 'fails';

const ANSWER = `
  CREATE FUNCTION answer(e text) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE x text;
    BEGIN
      EXECUTE 'SELECT (' || e || ')::text' INTO x;
      RETURN x;
    EXCEPTION WHEN others THEN
      RETURN '${FAILS}';
    END $$`;
const ANSWERS =
  'SELECT answer(e) AS x FROM unnest($1::text[]) WITH ORDINALITY AS asked(e, place) ORDER BY place';

export async function constantsAgainstPostgres(): Promise<Constants> {
  await loadModule();
  const options = "TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'";
  const database = await testDatabase({options});
  await database.query("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 3");
  await database.query(ANSWER);
  return {
    drop: () => database.drop(),
    async agree(expressions) {
      const theirs = await database.query<{x: Answer}>(ANSWERS, [expressions]);
      const differing = expressions.flatMap((expression, i) => {
        const [left, right] = [constantOf(expression), theirs[i]?.x ?? null];
        return left === right ? [] : [`${expression}\n  we ${left}\n  Postgres ${right}`];
      });
      expect(differing).toEqual([]);
    },
  };
}

/** Our value of an expression, as text; `fails` where it is refused or fails. */
export function constantOf(expression: string): Answer {
  try {
    const plan = optimise(compileSql(`SELECT ${expression} AS x`, {tables: [], joins: []}));
    const value = dataflow(plan).hydrate(new Map())[0]?.after?.[0] ?? null;
    const {type} = plan.columns[0] ?? {type: {kind: 'text' as const}};
    return value === null ? null : textWriter(type)(value);
  } catch (error) {
    if (problemsOf(error).length > 0) return FAILS;
    throw error;
  }
}
