import type {Expression} from '../expression.ts';
import type {Plan} from '../plan.ts';
import {analyse, inCommon} from './analyse.ts';
import {locationOf, type Node} from './ast.ts';
import {constant} from './coerce.ts';
import {notSupported, problemAt} from './context.ts';
import {type Environment, siteOf} from './environment.ts';
import {problems} from './problems.ts';
import {slotsIn} from './slots.ts';

/** VALUES: rows of constants; each column in the type that its values have in common. */
export function valuesPlan(lists: readonly Node[], environment: Environment): Plan {
  const {context} = environment;
  const site = siteOf(environment, 'VALUES');
  const nodes = lists.map((list) => ('List' in list ? (list.List.items ?? []) : []));
  const width = nodes[0]?.length ?? 0;
  const uneven = nodes.find((row) => row.length !== width);
  if (uneven) {
    throw problemAt(context, locationOf(uneven[0]), problems['sql-syntax'], {
      message: 'VALUES lists must all be the same length',
    });
  }
  const rows = nodes.map((row) => row.map((node) => analyse(site, node)));
  const columns = Array.from({length: width}, (_, i) => {
    const cells = nodes.map((row) => row[i]);
    const expressions = rows.map((row) => row[i] as Expression);
    return inCommon(site, expressions, {nodes: cells, what: 'VALUES'});
  });
  const place = (row: number, i: number): number => locationOf(nodes[row]?.[i]);
  const value = (row: number, i: number) => {
    const expression = columns[i]?.[row] as Expression;
    const read = [...slotsIn([expression], 'outer'), ...slotsIn([expression], 'subquery')];
    if (read.length > 0) {
      throw notSupported(
        context,
        place(row, i),
        'VALUES that are no constants',
        'write SELECT … UNION ALL SELECT …',
      );
    }
    return constant(expression, {context, location: place(row, i)});
  };
  return {
    kind: 'values',
    columns: columns.map((cells, i) => ({
      name: `column${i + 1}`,
      type: (cells[0] as Expression).type,
    })),
    rows: nodes.map((row, r) => row.map((_, i) => value(r, i))),
  };
}
