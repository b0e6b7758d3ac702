import {locationOf, type SelectStmt} from './ast.ts';

/** Where a query begins, as far as its first column tells. */
export function firstLocation(stmt: SelectStmt | undefined): number {
  if (!stmt) return 0;
  if (stmt.larg) return firstLocation(stmt.larg);
  const [first] = stmt.targetList ?? stmt.valuesLists ?? [];
  return Math.max(locationOf(first), 0);
}
