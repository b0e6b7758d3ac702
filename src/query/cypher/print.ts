import {unreachable} from '../../lib/assert.ts';
import type {
  Clause,
  Expr,
  Labels,
  MapProjection,
  Name,
  NodePattern,
  Pattern,
  Projection,
  Query,
  RelationshipPattern,
} from './ast.ts';

/**
 * The text of an expression, in one form for each meaning of the grammar: every operation
 * in brackets, every name in backticks where it needs them. Parsing it gives the same
 * tree, but for the places. Two expressions that print alike compute the same.
 */
export function print(expr: Expr): string {
  switch (expr.kind) {
    case 'null':
    case 'boolean':
    case 'integer':
    case 'float':
    case 'string':
    case 'variable':
    case 'parameter':
      return printSimple(expr);
    case 'not':
      return `(NOT ${print(expr.of)})`;
    case 'minus':
      return `(- ${print(expr.of)})`;
    case 'plus':
      return `(+ ${print(expr.of)})`;
    case 'and':
    case 'or':
    case 'xor':
      return `(${expr.args.map(print).join(` ${expr.kind.toUpperCase()} `)})`;
    case 'binary':
      return `(${print(expr.left)} ${expr.operator.toUpperCase()} ${print(expr.right)})`;
    case 'comparison':
      return `(${expr.operands.map((operand, i) => `${i > 0 ? ` ${expr.operators[i - 1]} ` : ''}${print(operand)}`).join('')})`;
    case 'isNull':
      return `(${print(expr.of)} IS ${expr.negated ? 'NOT ' : ''}NULL)`;
    default:
      return printCompound(expr);
  }
}

type Simple = Extract<
  Expr,
  {kind: 'null' | 'boolean' | 'integer' | 'float' | 'string' | 'variable' | 'parameter'}
>;

function printSimple(expr: Simple): string {
  switch (expr.kind) {
    case 'null':
      return 'null';
    case 'boolean':
    case 'integer':
      return String(expr.value);
    case 'float':
      return Number.isInteger(expr.value) ? expr.value.toExponential() : String(expr.value);
    case 'string':
      return printString(expr.value);
    case 'variable':
      return printName(expr.name);
    case 'parameter':
      return `$\`${expr.name.replaceAll('`', '``')}\``;
  }
}

function printString(text: string): string {
  const escaped = text.replace(/[\\']/g, '\\$&');
  return `'${escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
}

const printName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

type Compound = Exclude<
  Expr,
  | Simple
  | {kind: 'not' | 'minus' | 'plus' | 'and' | 'or' | 'xor' | 'binary' | 'comparison' | 'isNull'}
>;

function printCompound(expr: Compound): string {
  switch (expr.kind) {
    case 'list':
      return `[${expr.items.map((item) => printItem(item)).join(', ')}]`;
    case 'map':
      return printMap(expr.entries);
    case 'property':
      return `${printSubject(expr.of)}.${printName(expr.key.name)}`;
    case 'index':
      return `${printSubject(expr.of)}[${print(expr.index)}]`;
    case 'slice':
      return `${printSubject(expr.of)}[${optional(expr.from)}..${optional(expr.to)}]`;
    case 'labels':
      return `(${print(expr.of)}:${printInner(expr.labels)})`;
    case 'call':
      return `${expr.name.split('.').map(printName).join('.')}(${expr.distinct ? 'DISTINCT ' : ''}${expr.args.map(print).join(', ')})`;
    case 'countStar':
      return 'count(*)';
    case 'mapProjection':
      return printProjection(expr);
    case 'pattern':
      return printPattern(expr.pattern);
    case 'exists':
      return `EXISTS {MATCH ${expr.patterns.map(printPattern).join(', ')}${where(expr.where)}}`;
    case 'patternComprehension':
      return `[${printPattern(expr.pattern)}${where(expr.where)} | ${print(expr.map)}]`;
    default:
      return printScoped(expr);
  }
}

type Scoped = Extract<Expr, {kind: 'case' | 'listComprehension' | 'quantifier' | 'reduce'}>;

function printScoped(expr: Scoped): string {
  switch (expr.kind) {
    case 'case': {
      const branches = expr.branches.map(
        (branch) => ` WHEN ${print(branch.when)} THEN ${print(branch.value)}`,
      );
      const subject = expr.subject ? ` ${print(expr.subject)}` : '';
      const otherwise = expr.otherwise ? ` ELSE ${print(expr.otherwise)}` : '';
      return `CASE${subject}${branches.join('')}${otherwise} END`;
    }
    case 'listComprehension': {
      const map = expr.map ? ` | ${print(expr.map)}` : '';
      return `[${printName(expr.variable.name)} IN ${print(expr.list)}${where(expr.where)}${map}]`;
    }
    case 'quantifier':
      return `${expr.which}(${printName(expr.variable.name)} IN ${print(expr.list)}${where(expr.where)})`;
    case 'reduce':
      return `reduce(${printName(expr.accumulator.name)} = ${print(expr.initial)}, ${printName(expr.variable.name)} IN ${print(expr.list)} | ${print(expr.body)})`;
    default:
      return unreachable(expr);
  }
}

const where = (expr: Expr | undefined): string => (expr ? ` WHERE ${print(expr)}` : '');
const optional = (expr: Expr | undefined): string => (expr ? print(expr) : '');

/** `[x IN y]` would be a comprehension; brackets are there already where that could be. */
const printItem = (expr: Expr): string => print(expr);

/** What a dot or a bracket follows: brackets around all but names and other accesses. */
function printSubject(expr: Expr): string {
  const bare = ['variable', 'property', 'index', 'slice', 'parameter'].includes(expr.kind);
  return bare ? print(expr) : `(${print(expr)})`;
}

function printMap(entries: readonly {readonly key: string; readonly value: Expr}[]): string {
  return `{${entries.map(({key, value}) => `${printName(key)}: ${print(value)}`).join(', ')}}`;
}

function printLabels(labels: Labels): string {
  switch (labels.kind) {
    case 'label':
      return printName(labels.name.name);
    case 'any':
      return '%';
    case 'not':
      return `!${printInner(labels.of)}`;
    case 'and':
    case 'or':
      return labels.args.map(printInner).join(labels.kind === 'and' ? '&' : '|');
  }
}

/** In brackets where it is of several: a bar may mean something else beside. */
const printInner = (labels: Labels): string =>
  labels.kind === 'and' || labels.kind === 'or' ? `(${printLabels(labels)})` : printLabels(labels);

function printProjection({of, items}: MapProjection): string {
  const parts = items.map((item) => {
    if (item.kind === 'all') return '.*';
    if (item.kind === 'property') return `.${printName(item.key.name)}`;
    return `${printName(item.key)}: ${print(item.value)}`;
  });
  return `${printName(of.name)} {${parts.join(', ')}}`;
}

export function printPattern({variable, nodes, relationships}: Pattern): string {
  const steps = nodes.map((node, i) => {
    const relationship = relationships[i - 1];
    return `${relationship ? printRelationship(relationship) : ''}${printNode(node)}`;
  });
  return `${variable ? `${printName(variable.name)} = ` : ''}${steps.join('')}`;
}

const optionalName = (name: Name | undefined): string => (name ? printName(name.name) : '');

function printNode(node: NodePattern): string {
  const labels = node.labels ? `:${printLabels(node.labels)}` : '';
  const properties = node.properties ? ` ${print(node.properties)}` : '';
  return `(${optionalName(node.variable)}${labels}${properties}${where(node.where)})`;
}

function printRelationship(relationship: RelationshipPattern): string {
  const {types, direction, properties, length} = relationship;
  const type = types.length > 0 ? `:${types.map(({name}) => printName(name)).join('|')}` : '';
  const star = length ? `*${length.min ?? ''}..${length.max ?? ''}` : '';
  const map = properties ? ` ${print(properties)}` : '';
  const inside = `${optionalName(relationship.variable)}${type}${star}${map}${where(relationship.where)}`;
  return `${direction === 'left' ? '<' : ''}-[${inside}]-${direction === 'right' ? '>' : ''}`;
}

/** The text of a whole query, in one form as `print` gives expressions one. */
export function printQuery({parts, all}: Query): string {
  const texts = parts.map(({clauses}) => clauses.map(printClause).join('\n'));
  return texts.join(all ? '\nUNION ALL\n' : '\nUNION\n');
}

function printClause(clause: Clause): string {
  switch (clause.kind) {
    case 'match':
      return `${clause.optional ? 'OPTIONAL ' : ''}MATCH ${clause.patterns.map(printPattern).join(', ')}${where(clause.where)}`;
    case 'unwind':
      return `UNWIND ${print(clause.list)} AS ${printName(clause.variable.name)}`;
    case 'filter':
      return `FILTER ${print(clause.where)}`;
    case 'with':
    case 'return':
      return printWith(clause);
  }
}

function printWith(clause: Projection): string {
  const {word} = clause;
  if (word === 'LET') {
    const names = clause.items.map(
      ({expression, alias}) => `${optionalName(alias)} = ${print(expression)}`,
    );
    return `LET ${names.join(', ')}`;
  }
  const items = clause.items.map(({expression, alias}) => {
    return `${print(expression)}${alias ? ` AS ${printName(alias.name)}` : ''}`;
  });
  const order = clause.orderBy.map(({expression, descending}) => {
    return `${print(expression)}${descending ? ' DESC' : ''}`;
  });
  return [
    `${word}${clause.distinct ? ' DISTINCT' : ''} `,
    [...(clause.star ? ['*'] : []), ...items].join(', '),
    printGroupBy(clause),
    order.length > 0 ? ` ORDER BY ${order.join(', ')}` : '',
    clause.skip ? ` SKIP ${print(clause.skip)}` : '',
    clause.limit ? ` LIMIT ${print(clause.limit)}` : '',
    where(clause.where),
    word === 'RETURN' && clause.kind === 'with' ? '\nNEXT' : '',
  ].join('');
}

function printGroupBy({groupBy}: Projection): string {
  if (!groupBy) return '';
  return ` GROUP BY ${groupBy.length === 0 ? '()' : groupBy.map(print).join(', ')}`;
}
