import type {Table} from '../../data/schema.ts';
import {nearest} from '../../lib/nearest.ts';
import type {Problem} from '../../lib/problem.ts';
import {type RangeVar, texts} from './ast.ts';
import {notSupported, problemAt} from './context.ts';
import type {Environment} from './environment.ts';
import {hasOuter} from './plan-expressions.ts';
import {problems} from './problems.ts';
import {type From, relationFrom, renamed} from './relation.ts';

/** A name in FROM: a WITH query, or a table of the source, of schema public unless told. */
export function tableFrom(node: RangeVar, {context, frame, withQueries}: Environment): From {
  const {relname = '', schemaname, alias, location} = node;
  const name = alias?.aliasname ?? relname;
  const query = schemaname === undefined ? withQueries.get(relname) : undefined;
  const at = {context, location};
  if (query) {
    if (query.frame && query.frame !== frame && hasOuter(query.plan)) {
      throw notSupported(
        context,
        location,
        `WITH query ${relname}, which reads the query around it, in a deeper subquery`,
      );
    }
    return relationFrom(renamed(query.plan, texts(alias?.colnames), at), {name});
  }
  const table = tableNamed(node, context.catalog.tables);
  if (!table) throw unknownTable(node, {context, tables: context.catalog.tables});
  const {id, columns, schema} = table;
  const plan = renamed({kind: 'scan', table: id, columns}, texts(alias?.colnames), at);
  return relationFrom(plan, {name, table, schema: alias ? undefined : schema});
}

const tableNamed = ({relname, schemaname = 'public'}: RangeVar, tables: readonly Table[]) =>
  tables.find((table) => table.name === relname && table.schema === schemaname);

export function unknownTable(
  {relname = '', schemaname, location}: RangeVar,
  {
    context,
    tables,
  }: {
    readonly context: Pick<Environment['context'], 'text'>;
    readonly tables: readonly Pick<Table, 'id' | 'schema' | 'name'>[];
  },
): Problem {
  const spelled = tables.map((one) => (one.schema === 'public' ? one.name : one.id));
  const elsewhere = tables.find((table) => table.name === relname);
  const near = elsewhere?.id ?? nearest(relname, spelled);
  return problemAt(context, location, problems['sql-unknown-table'], {
    name: schemaname === undefined ? relname : `${schemaname}.${relname}`,
    known: `The source has ${spelled.length === 0 ? 'no tables' : spelled.join(', ')}.`,
    hint:
      near === undefined
        ? 'if the database has it, add it to "tables" of the source'
        : `did you mean "${near}"?`,
  });
}
