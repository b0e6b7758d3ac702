import type {Node, WindowDef} from './ast.ts';
import {type Context, problemAt} from './context.ts';
import {problems} from './problems.ts';

/** Windows by the names that WINDOW gives them, in the order of the text. */
export type NamedWindows = ReadonlyMap<string, WindowDef>;

/** The frame without one: RANGE from the partition's start to the row's last peer. */
export const DEFAULT_FRAME = 1058;

/** WINDOW w AS (…), v AS (w …): each may build on those before it. */
export function namedWindows(nodes: readonly Node[], context: Context): NamedWindows {
  const named = new Map<string, WindowDef>();
  for (const node of nodes) {
    if (!('WindowDef' in node)) continue;
    const {name = '', location} = node.WindowDef;
    if (named.has(name)) {
      throw problemAt(context, location, problems['sql-ambiguous'], {
        message: `the window "${name}" is defined twice`,
        hint: 'give one of them another name',
      });
    }
    named.set(name, completed(node.WindowDef, named, context));
  }
  return named;
}

/** What OVER says, with what it takes from the window that it names. */
export function windowDefinition(
  over: WindowDef,
  named: NamedWindows,
  context: Context,
): WindowDef {
  // OVER w is the window itself, and OVER (w …) one that builds on it.
  if (over.name) return windowNamed(over.name, named, {context, location: over.location});
  return completed(over, named, context);
}

function windowNamed(
  name: string,
  named: NamedWindows,
  {context, location}: {context: Context; location: number | undefined},
): WindowDef {
  const found = named.get(name);
  if (found) return found;
  throw problemAt(context, location, problems['sql-misplaced'], {
    message: `there is no window "${name}"`,
    hint: `define it behind HAVING: WINDOW ${name} AS (…)`,
  });
}

function completed(over: WindowDef, named: NamedWindows, context: Context): WindowDef {
  const {refname, location, partitionClause, orderClause} = over;
  if (!refname) return over;
  const base = windowNamed(refname, named, {context, location});
  const overridden =
    (partitionClause && 'PARTITION BY') ||
    (orderClause && base.orderClause && 'ORDER BY') ||
    ((base.frameOptions ?? DEFAULT_FRAME) !== DEFAULT_FRAME && 'the frame');
  if (overridden) {
    throw problemAt(context, location, problems['sql-misplaced'], {
      message: `cannot override ${overridden} of window "${refname}"`,
      hint: 'write the window out, without the name',
    });
  }
  return {
    ...over,
    ...(base.partitionClause && {partitionClause: base.partitionClause}),
    ...(base.orderClause && {orderClause: base.orderClause}),
  };
}
