import type {SelectStmt} from './ast.ts';
import type {Context} from './context.ts';
import {isStar, itemName} from './item-names.ts';
import {wantNames} from './result-names.ts';

/** Throws where two columns of the result have one name, as far as the text tells its names. */
export function certainNames(stmt: SelectStmt, context: Pick<Context, 'text'>): void {
  const {targetList = []} = leftmost(stmt);
  const items = targetList.flatMap((node) => ('ResTarget' in node ? [node.ResTarget] : []));
  if (items.some(({val}) => val && isStar(val))) return;
  const names = items.map(({name, val}) => name ?? (val ? itemName(val) : ''));
  wantNames(names, stmt, context);
}

/** The SELECT of a UNION that names its columns. */
const leftmost = (stmt: SelectStmt): SelectStmt => (stmt.larg ? leftmost(stmt.larg) : stmt);
