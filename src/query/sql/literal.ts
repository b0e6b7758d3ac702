import {parseDecimal} from '../../data/decimal.ts';
import {integer} from '../../data/integer.ts';
import {BOOL, INT4, INT8, NUMERIC, type Type, UNKNOWN} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import type {Expression} from '../expression.ts';
import {type A_Const, type TypeName, texts} from './ast.ts';
import {type Context, notSupported, problemAt} from './context.ts';
import {problems} from './problems.ts';
import {typeNamed} from './types.ts';

const literal = (value: Value, type: Type): Expression => ({kind: 'literal', value, type});

export function constantOf(context: Context, node: A_Const): Expression {
  const expression = read(context, node);
  context.places.set(expression, node.location ?? 0);
  return expression;
}

function read(context: Context, node: A_Const): Expression {
  const {isnull, ival, fval, sval, boolval} = node;
  if (isnull) return literal(null, UNKNOWN);
  if (ival) return literal(ival.ival ?? 0, INT4);
  if (boolval) return literal(boolval.boolval ?? false, BOOL);
  if (sval) return literal(sval.sval ?? '', UNKNOWN);
  if (fval) return numberOf(fval.fval ?? '0');
  throw notSupported(context, node.location, 'a bit string');
}

/** What does not fit an integer is a bigint, and a numeric where that is too small, too. */
function numberOf(text: string): Expression {
  const plain = text.replaceAll('_', '');
  if (/^\d+$/.test(plain) && BigInt(plain) <= 0x7fffffffffffffffn) {
    return literal(integer(BigInt(plain)), INT8);
  }
  return literal(parseDecimal(plain) ?? null, NUMERIC);
}

/** The type that a cast names; throws for those that we have not. */
export function typeOf(context: Context, node: TypeName): Type {
  const names = texts(node.names);
  const name = names.at(-1) ?? '';
  const known = names.length === 1 || names[0] === 'pg_catalog' ? typeNamed(name) : undefined;
  const type = known ?? declaredType(context, names);
  if (!type) throw notSupported(context, node.location, `the type "${names.join('.')}"`);
  const typmods = (node.typmods ?? []).map((one) => numberIn(one));
  const base = withModifier(context, node, type, typmods);
  return (node.arrayBounds ?? []).length > 0 ? {kind: 'array', element: base} : base;
}

function numberIn(node: object): number {
  if (!('A_Const' in node)) return Number.NaN;
  return (node.A_Const as A_Const).ival?.ival ?? 0;
}

/** Enums and domains are known from the tables' columns that have them. */
function declaredType({catalog}: Context, names: readonly string[]): Type | undefined {
  const name = names.at(-1) ?? '';
  const columns = catalog.tables.flatMap((table) => table.columns);
  return columns.find(({type}) => type.kind === 'enum' && type.name?.split('.').at(-1) === name)
    ?.type;
}

/** Types that take a length or precision, and the least that it may be. */
const MODIFIED: ReadonlyMap<string, number> = new Map([
  ['varchar', 1],
  ['bpchar', 1],
  ['time', 0],
  ['timestamp', 0],
  ['timestamptz', 0],
]);

function withModifier(
  context: Context,
  node: TypeName,
  type: Type,
  modifiers: readonly number[],
): Type {
  const [precision, scale = 0] = modifiers;
  if (precision === undefined) return type;
  const name = texts(node.names).at(-1) ?? '';
  if (type.kind === 'numeric') {
    if (precision < 1 || precision > 1000 || scale < 0 || scale > precision) {
      throw problemAt(context, node.location, problems['sql-type'], {
        message: `numeric(${precision},${scale}) is no type`,
        hint: 'write numeric(precision, scale) with a scale from 0 to the precision',
      });
    }
    return {kind: 'numeric', precision, scale};
  }
  if (MODIFIED.has(name) && modifiers.length === 1) {
    if (Number.isInteger(precision) && precision >= MODIFIED.get(name)!)
      return {...type, precision};
    throw problemAt(context, node.location, problems['sql-type'], {
      message: `${name}(${precision}) is no type`,
    });
  }
  throw notSupported(
    context,
    node.location,
    `a length or precision of type ${name}`,
    `cast to ${name} without it`,
  );
}
