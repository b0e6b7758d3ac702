import type {SelectStmt} from './ast.ts';
import {type Context, problemAt} from './context.ts';
import {firstLocation} from './first-location.ts';
import {problems} from './problems.ts';

/** A row of a result is an object: its columns need names of their own. Throws otherwise. */
export function wantNames(
  names: readonly string[],
  stmt: SelectStmt,
  context: Pick<Context, 'text'>,
): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw problemAt(context, firstLocation(stmt), problems['sql-ambiguous'], {
    message: `two columns of the result have the name "${twice}"`,
    detail: 'A row of a result is an object, whose members need names of their own.',
    hint: `give one an alias: … AS other_${twice.replace(/\W/g, '')}`,
  });
}
