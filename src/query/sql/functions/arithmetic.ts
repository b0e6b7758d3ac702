import {
  addDecimals,
  Decimal,
  digitsAt,
  multiplyDecimals,
  subtractDecimals,
} from '../../../data/decimal.ts';
import {
  addIntegers,
  divideIntegers,
  type Integer,
  multiplyIntegers,
  negateInteger,
  remainderOfIntegers,
  subtractIntegers,
} from '../../../data/integer.ts';
import {divideNumeric} from '../../functions/numeric-division.ts';
import {finite, fitting, type IntegerKind} from '../numbers.ts';
import type {Overload} from '../overload.ts';
import {problems} from '../problems.ts';
import {operator} from './define.ts';

const KINDS: readonly IntegerKind[] = ['int2', 'int4', 'int8'];

const WHOLE = {
  '+': addIntegers,
  '-': subtractIntegers,
  '*': multiplyIntegers,
  '/': (a: Integer, b: Integer) => divideIntegers(a, nonZero(b)),
  '%': (a: Integer, b: Integer) => remainderOfIntegers(a, nonZero(b)),
};

function nonZero(divisor: Integer): Integer {
  if (divisor === 0) throw problems['sql-division-by-zero']({});
  return divisor;
}

/** The result has the larger type of the two, and must fit it. */
function integers(): Overload[] {
  return Object.entries(WHOLE).flatMap(([name, compute]) =>
    KINDS.flatMap((left, i) =>
      KINDS.map((right, j) => {
        const kind = KINDS[Math.max(i, j)] as IntegerKind;
        return operator(`${name}(${left}, ${right}) ${kind}`, (a: Integer, b: Integer) =>
          fitting(compute(a, b), kind),
        );
      }),
    ),
  );
}

export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0 && !Number.isNaN(a.digits)) throw problems['sql-division-by-zero']({});
  if (Number.isNaN(a.digits) || Number.isNaN(b.digits)) return new Decimal(Number.NaN, 0);
  return divideNumeric(a, b);
}

/** The rest of a division cut towards zero, at the larger scale. */
export function remainderOfDecimals(a: Decimal, b: Decimal): Decimal {
  if (Number.isNaN(a.digits) || Number.isNaN(b.digits)) return new Decimal(Number.NaN, 0);
  if (b.digits === 0) throw problems['sql-division-by-zero']({});
  if (!a.finite) return new Decimal(Number.NaN, 0);
  if (!b.finite) return a;
  const scale = Math.max(a.scale, b.scale);
  return new Decimal(remainderOfIntegers(digitsAt(a, scale), digitsAt(b, scale)), scale);
}

function divideFloats(a: number, b: number): number {
  if (b === 0 && !Number.isNaN(a)) throw problems['sql-division-by-zero']({});
  const quotient = a / b;
  if (quotient === 0 && a !== 0 && Number.isFinite(b)) throw underflow();
  return finite(quotient, a);
}

function multiplyFloats(a: number, b: number): number {
  const product = a * b;
  if (product === 0 && a !== 0 && b !== 0) throw underflow();
  return finite(product, a, b);
}

const underflow = () => problems['sql-value']({message: 'value out of range: underflow'});

const FLOATS = {
  '+': (a: number, b: number) => finite(a + b, a, b),
  '-': (a: number, b: number) => finite(a - b, a, b),
  '*': multiplyFloats,
  '/': divideFloats,
};

function floats(): Overload[] {
  return Object.entries(FLOATS).flatMap(([name, compute]) => [
    operator(`${name}(float4, float4) float4`, (a: number, b: number) =>
      finite(Math.fround(compute(a, b)), a, b),
    ),
    operator(`${name}(float4, float8) float8`, compute),
    operator(`${name}(float8, float4) float8`, compute),
    operator(`${name}(float8, float8) float8`, compute),
  ]);
}

const negateDecimal = ({digits, scale}: Decimal): Decimal =>
  new Decimal(
    typeof digits === 'number' && !Number.isFinite(digits) ? -digits : negateInteger(digits),
    scale,
  );

const unary = (): Overload[] => [
  ...KINDS.map((kind) =>
    operator(`-(${kind}) ${kind}`, (a: Integer) => fitting(negateInteger(a), kind)),
  ),
  ...KINDS.map((kind) => operator(`+(${kind}) ${kind}`, (a: Integer) => a)),
  operator('-(numeric) numeric', negateDecimal),
  operator('+(numeric) numeric', (a: Decimal) => a),
  operator('-(float4) float4', (a: number) => -a),
  operator('-(float8) float8', (a: number) => -a),
  operator('+(float8) float8', (a: number) => a),
];

/** +, −, *, /, % and ^ of numbers. */
export const arithmetic = (): readonly Overload[] => [
  ...integers(),
  ...floats(),
  ...unary(),
  operator('+(numeric, numeric) numeric', addDecimals),
  operator('-(numeric, numeric) numeric', subtractDecimals),
  operator('*(numeric, numeric) numeric', multiplyDecimals),
  operator('/(numeric, numeric) numeric', divideDecimals),
  operator('%(numeric, numeric) numeric', remainderOfDecimals),
  operator('&(int4, int4) int4', (a: number, b: number) => a & b),
  operator('|(int4, int4) int4', (a: number, b: number) => a | b),
];
