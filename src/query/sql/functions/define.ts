import type {Type} from '../../../data/type.ts';
import type {ScalarFunction} from '../../expression.ts';
import type {Overload} from '../overload.ts';

/** A function of values of known forms: `never` lets each name the forms it takes. */
// biome-ignore lint/suspicious/noExplicitAny: what it answers is a Value, checked by its tests.
type Compute = (...args: never[]) => any;

interface Options {
  /** Whether a null argument makes the answer null without a call. Yes unless told. */
  readonly strict?: boolean;
  readonly sql?: (...args: string[]) => string;
}

const SIGNATURE = /^(\S+)\(([^)]*)\) (\S+)$/;

/**
 * A function by its signature: `left(text, int4) text`, `concat(any...) text`. The values
 * that `compute` is given have the forms that `data/value.ts` says for the types.
 */
export const define = (signature: string, compute: Compute, options: Options = {}): Overload =>
  defineTyped(signature, () => compute, options);

/** A function that is made for the types, or anew for each place it is called from. */
export function defineTyped(
  signature: string,
  make: (types: readonly Type[]) => Compute,
  {strict = true, sql}: Options = {},
): Overload {
  const [, name = '', list = '', result = ''] = SIGNATURE.exec(signature) ?? [];
  const args = list === '' ? [] : list.split(', ');
  const variadic = args.at(-1)?.endsWith('...') ?? false;
  return {
    name,
    args: args.map((arg) => arg.replace('...', '')),
    result,
    variadic,
    strict,
    make: make as (types: readonly Type[]) => ScalarFunction['compute'],
    sql: sql ?? ((...texts) => `${name}(${texts.join(', ')})`),
  };
}

/** An operator of one or two arguments: `+(int4, int4) int4`. */
export function operator(signature: string, compute: Compute): Overload {
  return operatorTyped(signature, () => compute);
}

export function operatorTyped(
  signature: string,
  make: (types: readonly Type[]) => Compute,
): Overload {
  const name = signature.slice(0, signature.indexOf('('));
  const sql = (left = '', right?: string): string =>
    right === undefined ? `(${name} ${left})` : `(${left} ${name} ${right})`;
  return defineTyped(signature, make, {sql});
}
