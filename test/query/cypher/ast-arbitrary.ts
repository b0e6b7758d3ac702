import fc from 'fast-check';
import type {
  Expr,
  Labels,
  Name,
  NodePattern,
  Pattern,
  RelationshipPattern,
} from '../../../src/query/cypher/ast.ts';

export const span = {start: 0, end: 0};
export const word = fc.oneof(
  fc.constantFrom('a', 'b', 'n', 'MATCH', 'in', 'x y', 'é', '`', 'count', 'null', 'WHERE'),
  fc.string({minLength: 1, maxLength: 5, unit: 'grapheme'}),
);
export const name: fc.Arbitrary<Name> = word.map((text) => ({name: text, span}));
export const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(of, {nil: undefined});

/** Trees that the grammar can write: what `parse` could answer, but for the places. */
export const {expression, pattern} = fc.letrec<{
  expression: Expr;
  pattern: Pattern;
  labels: Labels;
}>((tie) => {
  const expr = tie('expression');
  const where = optional(expr);
  const list = fc.array(expr, {maxLength: 3});
  const two = fc.array(expr, {minLength: 2, maxLength: 3});
  const entries = fc.array(fc.record({key: word, value: expr}), {maxLength: 2});
  const map = entries.map(
    (all): Extract<Expr, {kind: 'map'}> => ({kind: 'map', entries: all, span}),
  );
  const someLabels = tie('labels');
  const node: fc.Arbitrary<NodePattern> = fc.record({
    variable: optional(name),
    labels: optional(someLabels),
    properties: optional(map),
    where,
    span: fc.constant(span),
  });
  const relationship: fc.Arbitrary<RelationshipPattern> = fc.record({
    variable: optional(name),
    types: fc.array(name, {maxLength: 2}),
    direction: fc.constantFrom('left' as const, 'right' as const, 'either' as const),
    length: optional(fc.record({min: optional(fc.nat(12)), max: optional(fc.nat(12))})),
    properties: optional(map),
    where,
    span: fc.constant(span),
  });
  const simple: fc.Arbitrary<Expr> = fc.oneof(
    fc.constant<Expr>({kind: 'null', span}),
    fc.boolean().map((value): Expr => ({kind: 'boolean', value, span})),
    fc.nat().map((value): Expr => ({kind: 'integer', value, span})),
    fc
      .double({min: 0, noNaN: true, noDefaultInfinity: true})
      .map((value): Expr => ({kind: 'float', value: value + 0, span})),
    fc
      .string({unit: 'grapheme', maxLength: 6})
      .map((value): Expr => ({kind: 'string', value, span})),
    word.map((variable): Expr => ({kind: 'variable', name: variable, span})),
    fc
      .constantFrom('p', '1', 'x y')
      .map((parameter): Expr => ({kind: 'parameter', name: parameter, span})),
    fc.constant<Expr>({kind: 'countStar', span}),
  );
  const unary = fc.record({
    kind: fc.constantFrom('not' as const, 'minus' as const, 'plus' as const),
    of: expr,
    span: fc.constant(span),
  });
  const logical = fc.record({
    kind: fc.constantFrom('and' as const, 'or' as const, 'xor' as const),
    args: two,
    span: fc.constant(span),
  });
  const binary = fc.record({
    kind: fc.constant('binary' as const),
    operator: fc.constantFrom(
      '+',
      '-',
      '*',
      '/',
      '%',
      '^',
      'in',
      'starts with',
      'ends with',
      'contains',
      '=~',
    ),
    left: expr,
    right: expr,
    span: fc.constant(span),
  });
  const comparison = fc
    .tuple(
      expr,
      fc.array(fc.tuple(fc.constantFrom('=', '<>', '<', '<=', '>', '>='), expr), {
        minLength: 1,
        maxLength: 2,
      }),
    )
    .map(([first, rest]) => ({
      kind: 'comparison' as const,
      operators: rest.map(([operator]) => operator),
      operands: [first, ...rest.map(([, operand]) => operand)],
      span,
    }));
  const access: fc.Arbitrary<Expr> = fc.oneof(
    fc.record({
      kind: fc.constant('property' as const),
      of: expr,
      key: name,
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('index' as const),
      of: expr,
      index: expr,
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('slice' as const),
      of: expr,
      from: where,
      to: where,
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('isNull' as const),
      of: expr,
      negated: fc.boolean(),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('labels' as const),
      of: word.map((variable): Expr => ({kind: 'variable', name: variable, span})),
      labels: someLabels,
      span: fc.constant(span),
    }),
  );
  const scoped: fc.Arbitrary<Expr> = fc.oneof(
    fc.record({
      kind: fc.constant('case' as const),
      subject: where,
      branches: fc.array(fc.record({when: expr, value: expr}), {minLength: 1, maxLength: 2}),
      otherwise: where,
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('listComprehension' as const),
      variable: name,
      list: expr,
      where,
      map: where,
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('quantifier' as const),
      which: fc.constantFrom('all' as const, 'any' as const, 'none' as const, 'single' as const),
      variable: name,
      list: expr,
      where: expr,
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('reduce' as const),
      accumulator: name,
      initial: expr,
      variable: name,
      list: expr,
      body: expr,
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('patternComprehension' as const),
      pattern: tie('pattern'),
      where,
      map: expr,
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('exists' as const),
      patterns: fc.array(tie('pattern'), {minLength: 1, maxLength: 2}),
      where,
      span: fc.constant(span),
    }),
  );
  return {
    labels: fc.oneof(
      {maxDepth: 2},
      name.map((one): Labels => ({kind: 'label', name: one})),
      fc.constant<Labels>({kind: 'any'}),
      tie('labels').map((of): Labels => ({kind: 'not', of})),
      fc
        .tuple(
          fc.constantFrom('and' as const, 'or' as const),
          fc.array(tie('labels'), {minLength: 2, maxLength: 3}),
        )
        .map(([kind, args]): Labels => ({kind, args})),
    ),
    pattern: fc
      .tuple(node, fc.array(fc.tuple(relationship, node), {minLength: 1, maxLength: 2}))
      .map(([first, rest]) => ({
        variable: undefined,
        nodes: [first, ...rest.map(([, next]) => next)],
        relationships: rest.map(([step]) => step),
        span,
      })),
    expression: fc.oneof(
      {depthSize: 'small', withCrossShrink: true},
      simple,
      unary,
      logical,
      binary as fc.Arbitrary<Expr>,
      comparison as fc.Arbitrary<Expr>,
      access,
      scoped,
      list.map((items): Expr => ({kind: 'list', items, span})),
      map,
      fc
        .tuple(fc.constantFrom('f', 'size', 'a.b', 'duration.between'), fc.boolean(), list)
        .map(
          ([called, distinct, args]): Expr => ({kind: 'call', name: called, distinct, args, span}),
        ),
      tie('pattern').map((pattern): Expr => ({kind: 'pattern', pattern, span})),
    ),
  };
});
