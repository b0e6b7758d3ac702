import type {Expression} from '../../expression.ts';
import type {Expr} from '../ast.ts';
import type {Context} from './context.ts';
import type {Scope} from './scope.ts';

/** A place at which expressions are lowered: what is shared, and the names in scope. */
export interface Site {
  readonly context: Context;
  readonly scope: Scope;
  /** Lowers an expression at this place. */
  readonly lower: (expr: Expr) => Expression;
  /** The same place with other names in scope. */
  readonly within: (scope: Scope) => Site;
  /** Expressions that have become columns before the others were lowered: patterns. */
  readonly prepared: ReadonlyMap<Expr, Expression>;
}
