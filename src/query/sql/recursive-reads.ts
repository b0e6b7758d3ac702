import type {JoinExpr, SelectStmt} from './ast.ts';

/** A place at which a query reads a name in FROM. */
export interface Read {
  /** In what such a read must not stand, where it is recursive; the innermost. */
  readonly within: string | undefined;
}

/** All places at which a part of a parse tree reads a table or WITH query by its bare name. */
export function readsOfName(tree: unknown, name: string): readonly Read[] {
  const reads: Read[] = [];
  visit(tree, {name, within: undefined, reads});
  return reads;
}

interface Visit {
  readonly name: string;
  readonly within: string | undefined;
  readonly reads: Read[];
}

function visit(tree: unknown, visiting: Visit): void {
  if (typeof tree !== 'object' || tree === null) return;
  if (Array.isArray(tree)) {
    for (const item of tree) visit(item, visiting);
    return;
  }
  const {withClause, ...members} = tree as Pick<SelectStmt, 'withClause'>;
  if (withClause && shadows(withClause, visiting)) return;
  for (const [member, value] of Object.entries(members)) visitMember(member, value, visiting);
}

/** Visits WITH queries, and answers whether one of them has the name behind WITH. */
function shadows(
  {ctes = [], recursive}: NonNullable<SelectStmt['withClause']>,
  visiting: Visit,
): boolean {
  const at = ctes.findIndex(
    (node) => 'CommonTableExpr' in node && node.CommonTableExpr.ctename === visiting.name,
  );
  // Its own query, and those before it, still read the one around; under RECURSIVE none does.
  if (at < 0) visit(ctes, visiting);
  else if (!recursive) visit(ctes.slice(0, at + 1), visiting);
  return at >= 0;
}

function visitMember(member: string, value: unknown, visiting: Visit): void {
  const {name, within, reads} = visiting;
  if (member === 'RangeVar') {
    const {relname, schemaname} = value as {relname?: string; schemaname?: string};
    if (relname === name && schemaname === undefined) reads.push({within});
    return;
  }
  if (member === 'JoinExpr') {
    const {jointype, larg, rarg, ...rest} = value as JoinExpr;
    const missing = {...visiting, within: 'the side of an outer join that may be missing'};
    visit(larg, jointype === 'JOIN_RIGHT' || jointype === 'JOIN_FULL' ? missing : visiting);
    visit(rarg, jointype === 'JOIN_LEFT' || jointype === 'JOIN_FULL' ? missing : visiting);
    visit(rest, visiting);
    return;
  }
  const inner = member === 'SubLink' ? {...visiting, within: 'a subquery'} : visiting;
  visit(value, inner);
}
