import type {Plan} from '../../plan.ts';
import type {Projection} from '../ast.ts';
import type {Context} from './context.ts';
import {siteOf} from './expression.ts';
import {itemsOf} from './projection.ts';
import {projected, type Rows} from './rows.ts';

/** RETURN: the columns of the result. */
export function lowerReturn(context: Context, rows: Rows, projection: Projection): Plan {
  const items = itemsOf(context, rows, projection);
  const site = siteOf(context, rows.scope);
  const expressions = items.map(({expression}) => site.lower(expression));
  const columns = items.map(({name}, i) => ({
    name,
    type: expressions[i]?.type ?? {kind: 'any' as const},
  }));
  return projected(rows.plan, columns, expressions);
}
