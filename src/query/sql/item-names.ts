import {type Node, texts} from './ast.ts';

/** The name that Postgres gives a column without AS. */
export const itemName = (node: Node): string => nameIn(node) ?? '?column?';

/** `*` and `t.*`. */
export const isStar = (node: Node): boolean =>
  'ColumnRef' in node && (node.ColumnRef.fields ?? []).some((field) => 'A_Star' in field);

function nameIn(node: Node): string | undefined {
  if ('ColumnRef' in node) return texts(node.ColumnRef.fields).at(-1);
  if ('FuncCall' in node) return texts(node.FuncCall.funcname).at(-1);
  if ('TypeCast' in node) {
    const {arg, typeName} = node.TypeCast;
    return (arg && nameIn(arg)) ?? texts(typeName?.names).at(-1);
  }
  if ('CaseExpr' in node) {
    const {defresult} = node.CaseExpr;
    return (defresult && nameIn(defresult)) ?? 'case';
  }
  if ('A_Expr' in node) return node.A_Expr.kind === 'AEXPR_NULLIF' ? 'nullif' : undefined;
  if ('CoalesceExpr' in node) return 'coalesce';
  if ('MinMaxExpr' in node) return node.MinMaxExpr.op === 'IS_GREATEST' ? 'greatest' : 'least';
  if ('A_ArrayExpr' in node) return 'array';
  if ('GroupingFunc' in node) return 'grouping';
  if ('CollateClause' in node) return node.CollateClause.arg && nameIn(node.CollateClause.arg);
  if ('A_Indirection' in node) return node.A_Indirection.arg && nameIn(node.A_Indirection.arg);
  if ('SubLink' in node) return subqueryName(node.SubLink);
  return undefined;
}

function subqueryName({subLinkType, subselect}: Extract<Node, {SubLink: unknown}>['SubLink']) {
  if (subLinkType === 'EXISTS_SUBLINK') return 'exists';
  if (subLinkType === 'ARRAY_SUBLINK') return 'array';
  if (subLinkType !== 'EXPR_SUBLINK' || !subselect || !('SelectStmt' in subselect))
    return undefined;
  const [first] = subselect.SelectStmt.targetList ?? [];
  if (!first || !('ResTarget' in first)) return undefined;
  const {name, val} = first.ResTarget;
  return name ?? (val && nameIn(val));
}
