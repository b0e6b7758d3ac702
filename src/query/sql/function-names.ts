import type {FuncCall} from './ast.ts';
import {type Context, notSupported, problemAt} from './context.ts';
import {FUNCTIONS} from './functions/catalogue.ts';
import {refusedFunction} from './functions/refused.ts';
import {unknownCall} from './overload.ts';
import {problems} from './problems.ts';
import {typeNamed} from './types.ts';

/**
 * Throws for a call of a function of values that no arguments could make right: it is
 * refused, or there is none of the name. A type's name is one: it casts.
 */
export function wantFunction(
  context: Pick<Context, 'text'>,
  {location, agg_filter, agg_order, agg_distinct, agg_star}: FuncCall,
  name: string,
): void {
  const refusal = refusedFunction(name);
  if (refusal) throw notSupported(context, location, `${name}()`, refusal);
  if (!FUNCTIONS.has(name) && !typeNamed(name)) {
    throw unknownCall({context, location, name, operator: false}, FUNCTIONS);
  }
  if (agg_filter || agg_order || agg_distinct || agg_star) {
    throw problemAt(context, location, problems['sql-misplaced'], {
      message: `${name} is no aggregate function`,
      hint: 'DISTINCT, ORDER BY, FILTER and * stand in aggregates only',
    });
  }
}
