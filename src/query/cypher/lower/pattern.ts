import type {Table} from '../../../data/schema.ts';
import type {Expr, Name, NodePattern, Pattern, RelationshipPattern} from '../ast.ts';
import {problems} from '../problems.ts';
import type {Span} from '../text.ts';
import type {Context} from './context.ts';
import {tableOf} from './label.ts';
import {neighboursOf} from './relationship.ts';
import type {NodeBinding, Scope} from './scope.ts';

/** The nodes and links of the patterns of one MATCH, each node once. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly links: readonly Link[];
  /** Conditions written inside the patterns, for when all variables are bound. */
  readonly conditions: readonly Expr[];
}

export interface GraphNode {
  /** The variable, or a name of its own that no query can write. */
  readonly name: string;
  readonly table: Table;
  /** Where it stands already, if a clause before has bound it. */
  readonly bound: NodeBinding | undefined;
}

export interface Link {
  readonly pattern: RelationshipPattern;
  readonly left: GraphNode;
  readonly right: GraphNode;
}

/** A node on the way to being known: its table may be told by a neighbour. */
interface Draft {
  readonly name: string;
  readonly span: Span;
  table: Table | undefined;
  readonly bound: NodeBinding | undefined;
  /** Whether its trouble has been told. */
  refused: boolean;
}

interface DraftLink {
  readonly pattern: RelationshipPattern;
  readonly left: Draft;
  readonly right: Draft;
}

/** Resolves patterns against the names in scope; undefined where they cannot be. */
export function graphOf(
  context: Context,
  scope: Scope,
  patterns: readonly Pattern[],
): Graph | undefined {
  const drafts = new Map<string, Draft>();
  const links: DraftLink[] = [];
  for (const pattern of patterns) {
    refuseUnsupported(context, pattern);
    const chain = pattern.nodes.map((node) => draftOf(context, scope, drafts, node));
    for (const [i, relationship] of pattern.relationships.entries()) {
      const [left, right] = chain.slice(i, i + 2);
      if (left && right) links.push({pattern: relationship, left, right});
    }
  }
  const clear = refuseTakenNames(context, {scope, drafts, links});
  inferTables(context, links);
  const nodes = new Map<Draft, GraphNode>();
  for (const draft of drafts.values()) {
    const node = finished(context, draft);
    if (node) nodes.set(draft, node);
  }
  if (!clear || nodes.size < drafts.size) return undefined;
  const linked = links.flatMap(({pattern, left, right}) => {
    const [a, b] = [nodes.get(left), nodes.get(right)];
    return a && b ? [{pattern, left: a, right: b}] : [];
  });
  const conditions = patterns.flatMap((pattern) => conditionsOf(context, pattern));
  return {nodes: [...nodes.values()], links: linked, conditions};
}

/** Whether the variables of relationships are new, each of them. */
function refuseTakenNames(
  context: Context,
  {
    scope,
    drafts,
    links,
  }: {scope: Scope; drafts: ReadonlyMap<string, Draft>; links: readonly DraftLink[]},
): boolean {
  const taken = new Set([...scope.names.keys(), ...drafts.keys()]);
  let clear = true;
  for (const {variable} of links.map(({pattern}) => pattern)) {
    if (variable && taken.has(variable.name)) {
      const place = context.place(variable.span);
      const hint = 'give the relationship a name of its own, or none';
      const facts = {what: 'variable', name: variable.name, hint};
      context.report(problems['cypher-duplicate-name'](facts, {place}));
      clear = false;
    }
    if (variable) taken.add(variable.name);
  }
  return clear;
}

function draftOf(
  context: Context,
  scope: Scope,
  drafts: Map<string, Draft>,
  node: NodePattern,
): Draft {
  const name = node.variable?.name ?? ` ${node.span.start}`;
  const earlier = drafts.get(name);
  const labelled = labelledTable(context, node);
  if (earlier) {
    if (labelled && earlier.table && labelled.id !== earlier.table.id) {
      refuseLabels(context, node, `"${name}" is a row of "${earlier.table.name}" already`);
    }
    earlier.table ??= labelled;
    return earlier;
  }
  const bound = boundNode(context, scope, node.variable);
  if (bound && labelled && bound.table.id !== labelled.id) {
    refuseLabels(context, node, `"${name}" is a row of "${bound.table.name}" already`);
  }
  const table = bound?.table ?? labelled;
  const refused = table === undefined && node.labels !== undefined;
  const draft: Draft = {name, span: node.span, table, bound, refused};
  drafts.set(name, draft);
  return draft;
}

function labelledTable(context: Context, {labels, span}: NodePattern): Table | undefined {
  if (!labels) return undefined;
  const [first, ...others] = labels.names.map((label) => tableOf(context, label));
  if (labels.names.length === 1 || others.some((table) => !first || !table)) return first;
  if (others.every((table) => table?.id === first?.id)) return first;
  const place = context.place(span);
  const hint =
    labels.mode === 'any'
      ? 'write a query for each label and put UNION ALL between them'
      : 'a row has the label of its one table: leave the other label out';
  const facts = {what: 'a node with labels of several tables', hint};
  context.report(problems['cypher-not-supported'](facts, {place}));
  return first;
}

function boundNode(
  context: Context,
  scope: Scope,
  variable: Name | undefined,
): NodeBinding | undefined {
  const binding = variable && scope.names.get(variable.name);
  if (!binding || binding.kind === 'unknown') return undefined;
  if (binding.kind === 'node') return binding;
  const place = context.place(variable.span);
  const message = `"${variable.name}" is no node here, and cannot be matched again`;
  const hint = 'give the node of the pattern another name';
  context.report(problems['cypher-misplaced']({message, hint}, {place}));
  return undefined;
}

function refuseLabels(context: Context, node: NodePattern, message: string): void {
  const place = context.place(node.span);
  const hint = 'give the node another name, or leave the label out';
  context.report(problems['cypher-misplaced']({message, hint}, {place}));
}

/** A node without a label has the table that its relationships allow, where it is one. */
function inferTables(context: Context, links: readonly DraftLink[]): void {
  for (let round = 0; round < links.length; round++) {
    for (const {pattern, left, right} of links) {
      if (left.table && !right.table && !right.refused) {
        right.table = onlyOne(neighboursOf(context, pattern, left.table));
      } else if (right.table && !left.table && !left.refused) {
        left.table = onlyOne(neighboursOf(context, pattern, right.table));
      }
    }
  }
}

const onlyOne = (tables: readonly Table[]): Table | undefined =>
  tables.length === 1 ? tables[0] : undefined;

function finished(context: Context, draft: Draft): GraphNode | undefined {
  const {name, table, bound} = draft;
  if (table) return {name, table, bound};
  if (draft.refused) return undefined;
  const place = context.place(draft.span);
  const tables = context.catalog.tables.map((known) => known.name).join(', ');
  const message = 'a node needs a label: the table that its rows come from';
  const hint = `write (${name.trimStart().replace(/^[\d.]+$/, '')}:label); the tables are ${tables}`;
  context.report(problems['cypher-misplaced']({message, hint}, {place}));
  return undefined;
}

function refuseUnsupported(context: Context, pattern: Pattern): void {
  const refuse = (what: string, span: Span, hint: string): void => {
    const place = context.place(span);
    context.report(problems['cypher-not-supported']({what, hint}, {place}));
  };
  if (pattern.variable) {
    const hint = 'it can stand in a plain MATCH; elsewhere name the nodes and relationships';
    refuse(`the named path "${pattern.variable.name}" here`, pattern.variable.span, hint);
  }
  for (const relationship of pattern.relationships) {
    if (relationship.length) {
      const hint = 'it can stand in a plain MATCH; elsewhere write each step as a relationship';
      refuse('a relationship of variable length here', relationship.span, hint);
    }
    if (relationship.properties || relationship.where) {
      const hint = 'put the condition on the nodes: their columns relate them';
      refuse('a condition on a relationship', relationship.span, hint);
    }
  }
}

/** `{key: value}` and WHERE inside of nodes, as conditions. */
function conditionsOf(context: Context, {nodes}: Pattern): readonly Expr[] {
  return nodes.flatMap((node) => {
    const of: Expr = {kind: 'variable', name: nodeName(node), span: node.span};
    const inline = node.properties?.kind === 'map' ? node.properties.entries : [];
    if (node.properties?.kind === 'parameter') {
      const place = context.place(node.properties.span);
      const facts = {what: 'a parameter for the properties', hint: 'write {key: value}'};
      context.report(problems['cypher-not-supported'](facts, {place}));
    }
    const equalities = inline.map(({key, value}): Expr => {
      const name = {name: key, span: value.span};
      const property: Expr = {kind: 'property', of, key: name, span: node.span};
      const operands = [property, value];
      return {kind: 'comparison', operators: ['='], operands, span: value.span};
    });
    return node.where ? [...equalities, node.where] : equalities;
  });
}

const nodeName = (node: NodePattern): string => node.variable?.name ?? ` ${node.span.start}`;
