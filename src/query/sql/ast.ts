import type {Node} from 'libpg-query';

/**
 * Postgres's parse tree, as libpg-query prints it: a node is an object of one member, whose
 * name is the node's kind. A field that is zero, false or empty is left out of it.
 */
export type {
  A_ArrayExpr,
  A_Const,
  A_Expr,
  A_Indirection,
  CaseExpr,
  ColumnRef,
  CommonTableExpr,
  FuncCall,
  JoinExpr,
  Node,
  RangeFunction,
  RangeSubselect,
  RangeVar,
  SelectStmt,
  SortBy,
  SubLink,
  TypeCast,
  TypeName,
  WindowDef,
} from 'libpg-query';

/** The node's kind: `ColumnRef`, `A_Expr` … */
export const kindOf = (node: Node): string => Object.keys(node)[0] ?? '';

/** Where a node begins, in bytes of the text; its first part's place where it has no own. */
export function locationOf(node: Node | undefined): number {
  if (!node) return -1;
  const [inner] = Object.values(node) as {location?: number; lexpr?: Node; arg?: Node}[];
  if (!inner) return -1;
  const own = inner.location ?? 0;
  const parts = [inner.lexpr, 'TypeCast' in node ? inner.arg : undefined];
  const inside = parts.map(locationOf).filter((location) => location >= 0);
  return Math.min(...inside, own < 0 ? Number.MAX_SAFE_INTEGER : own);
}

/** The texts of String nodes. */
export const texts = (nodes: readonly Node[] | undefined): readonly string[] =>
  (nodes ?? []).map((node) => ('String' in node ? (node.String.sval ?? '') : ''));

/** A name without the schema that Postgres's grammar puts before its own. */
export function plainName(nodes: readonly Node[] | undefined): string {
  const parts = texts(nodes);
  return (parts[0] === 'pg_catalog' ? parts.slice(1) : parts).join('.');
}
