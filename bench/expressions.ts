import process from 'node:process';
import {BOOL, INT4} from '../src/data/type.ts';
import type {Row, Value} from '../src/data/value.ts';
import {compile} from '../src/query/evaluate.ts';
import type {Evaluate, Expression, ScalarFunction} from '../src/query/expression.ts';

/**
 * What do closures cost against generated code? The same predicates, three ways: as
 * `evaluate.ts` compiles them, as a `new Function` that calls the same functions (nulls
 * checked in between, as it must), and as JavaScript written by hand for these types.
 * docs/decisions/0002 has the figures.
 *
 * Run: npx tsx bench/expressions.ts
 */
const column = (index: number): Expression => ({kind: 'column', index, type: INT4});
const literal = (value: number): Expression => ({kind: 'literal', value, type: INT4});
const operator = (name: string, compute: ScalarFunction['compute']): ScalarFunction => ({
  name,
  strict: true,
  compute,
});
const greater = operator('>', (a, b) => (a as number) > (b as number));
const less = operator('<', (a, b) => (a as number) < (b as number));
const plus = operator('+', (a, b) => (a as number) + (b as number));
const call = (called: ScalarFunction, ...args: Expression[]): Expression => ({
  kind: 'call',
  function: called,
  args,
  type: BOOL,
});

const cases: [name: string, expression: Expression, byHand: Evaluate][] = [
  [
    'b > 500',
    call(greater, column(1), literal(500)),
    ([, b]) => (b === null ? null : (b as number) > 500),
  ],
  [
    'b > 100 AND b + c < 900 AND c > 5',
    {
      kind: 'and',
      type: BOOL,
      args: [
        call(greater, column(1), literal(100)),
        call(less, call(plus, column(1), column(2)), literal(900)),
        call(greater, column(2), literal(5)),
      ],
    },
    ([, b, c]) => (b as number) > 100 && (b as number) + (c as number) < 900 && (c as number) > 5,
  ],
];

/** Generates the body of a function of `row`; `functions` become its other arguments. */
function source(expression: Expression, functions: ScalarFunction[]): string {
  switch (expression.kind) {
    case 'column':
      return `row[${expression.index}]`;
    case 'literal':
      return JSON.stringify(expression.value);
    case 'and':
      return expression.args
        .map((arg) => source(arg, functions))
        .reduceRight((rest, arg) => conjunction(arg, rest));
    case 'call': {
      const at = functions.push(expression.function) - 1;
      const [a = '', b = ''] = expression.args.map((arg) => source(arg, functions));
      const id = `v${at}`;
      return `((${id}a = ${a}) === null | (${id}b = ${b}) === null ? null : f${at}(${id}a, ${id}b))`;
    }
    default:
      throw new Error(`no source for ${expression.kind}`);
  }
}

function generated(expression: Expression): Evaluate {
  const functions: ScalarFunction[] = [];
  const body = source(expression, functions);
  const variables = functions.flatMap((_, i) => [`v${i}a`, `v${i}b`]);
  const names = functions.map((_, i) => `f${i}`);
  const make = new Function(
    ...names,
    `return (row) => { let p1, q1, p2, q2, p3, q3, ${variables.join(', ')}; return ${body}; }`,
  );
  return make(...functions.map(({compute}) => compute)) as Evaluate;
}

/** Three-valued AND: the second is evaluated unless the first decides. */
function conjunction(a: string, b: string): string {
  // Nested ones need variables of their own: how deep this one is, its text tells.
  const n = b.split(' === false').length;
  return `((p${n} = ${a}) === false ? false : (q${n} = ${b}) === false ? false : p${n} === null ? null : q${n})`;
}

const rows: Row[] = Array.from({length: 10_000}, (_, i): Row => [i, (i * 7919) % 1000, i % 500]);

/** Millions of rows a CPU second, the best of five. */
function speed(evaluate: Evaluate): number {
  let best = 0;
  let sink: Value = 0;
  for (let run = 0; run < 5; run++) {
    const from = process.cpuUsage();
    for (let repeat = 0; repeat < 300; repeat++) {
      for (const row of rows) if (evaluate(row) === true) sink = row[0] ?? null;
    }
    const {user, system} = process.cpuUsage(from);
    best = Math.max(best, (300 * rows.length) / (user + system));
  }
  if (sink === null) throw new Error('no row passed');
  return best;
}

// Each way sees all cases first, so that none is measured with call sites of one target only.
for (const [, expression, byHand] of cases) {
  for (const evaluate of [compile(expression), generated(expression), byHand]) speed(evaluate);
}
for (const [name, expression, byHand] of cases) {
  const figures = [compile(expression), generated(expression), byHand].map(speed);
  const [closures = 0, code = 0, hand = 0] = figures.map((figure) => Math.round(figure));
  process.stdout.write(
    `${name}: closures ${closures} M/s, generated ${code} M/s, by hand ${hand} M/s\n`,
  );
}
