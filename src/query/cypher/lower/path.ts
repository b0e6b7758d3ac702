import {ANY} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Expr} from '../ast.ts';
import type {CypherNode, CypherRelationship} from '../values/map.ts';
import {CypherPath} from '../values/path.ts';
import type {Context} from './context.ts';
import {toAny} from './convert.ts';
import {siteOf} from './expression.ts';
import {call, strict} from './function.ts';
import type {Rows} from './rows.ts';
import {type Binding, withName} from './scope.ts';
import type {Site} from './site.ts';
import type {PathName} from './variants.ts';

/** The rows with the names of paths, and of relationships of several steps. */
export function withPaths(context: Context, rows: Rows, named: readonly PathName[]): Rows {
  const site = siteOf(context, rows.scope);
  const scope = named.reduce(
    (known, path) => withName(known, path.name, valueOfPath(site, path)),
    rows.scope,
  );
  return {...rows, scope};
}

function valueOfPath(site: Site, path: PathName): Binding {
  const {names} = site.scope;
  const known = [...path.nodes, ...path.relationships].every((name) => names.has(name));
  // What the path goes along was not found, which was told.
  return known ? {kind: 'value', expression: pathOf(site, path)} : {kind: 'unknown'};
}

function pathOf(site: Site, {kind, nodes, relationships}: PathName): Expression {
  const boxed = (name: string): Expression => toAny(site.lower(variable(name)));
  const steps = relationships.map(boxed);
  if (kind === 'relationships')
    return call(
      strict('relationships', (...all) => all),
      steps,
      ANY,
    );
  const width = nodes.length;
  const make = strict(`path(${width})`, (...all) => {
    const along = all.slice(0, width) as CypherNode[];
    return new CypherPath(along, all.slice(width) as CypherRelationship[]);
  });
  return call(make, [...nodes.map(boxed), ...steps], ANY);
}

const variable = (name: string): Expr => ({kind: 'variable', name, span: {start: 0, end: 0}});
