import type {Table} from '../../../data/schema.ts';
import type {Expr, Name, NodePattern, Pattern, RelationshipPattern} from '../ast.ts';
import {problems} from '../problems.ts';
import type {Span} from '../text.ts';
import {choicesOf} from './choice.ts';
import type {Context} from './context.ts';
import {tablesOf} from './label.ts';
import {neighboursOf} from './relationship.ts';
import type {NodeBinding, Scope} from './scope.ts';
import {partsOf} from './several.ts';

/** The nodes and links of the patterns of one MATCH, each node once, each of one table. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly links: readonly Link[];
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

/** A node on the way to being known: its tables may be told by a neighbour. */
export interface Draft {
  readonly name: string;
  readonly span: Span;
  tables: readonly Table[] | undefined;
  readonly bound: NodeBinding | undefined;
  /** Whether its trouble has been told. */
  refused: boolean;
}

export interface DraftLink {
  readonly pattern: RelationshipPattern;
  readonly left: Draft;
  readonly right: Draft;
}

/**
 * Resolves patterns, in which every relationship is one step, against the names in scope: a
 * graph for each choice of tables that the labels leave. Undefined where they cannot be,
 * which is reported; with `must` that is so too where there is no choice.
 */
export function graphsOf(
  context: Context,
  scope: Scope,
  patterns: readonly Pattern[],
  {must}: {must: boolean},
): readonly Graph[] | undefined {
  const drafts = new Map<string, Draft>();
  const links: DraftLink[] = [];
  for (const pattern of patterns) {
    const chain = pattern.nodes.map((node) => draftOf(context, scope, drafts, node));
    for (const [i, relationship] of pattern.relationships.entries()) {
      const [left, right] = chain.slice(i, i + 2);
      if (left && right) links.push({pattern: relationship, left, right});
    }
  }
  inferTables(context, links);
  const known = [...drafts.values()].map((draft) => isKnown(context, draft));
  if (known.includes(false)) return undefined;
  const choices = choicesOf(context, {drafts: [...drafts.values()], links, must});
  return choices?.map((chosen) => graphOf(links, chosen));
}

function graphOf(links: readonly DraftLink[], chosen: ReadonlyMap<Draft, Table>): Graph {
  const nodes = new Map<Draft, GraphNode>();
  for (const [draft, table] of chosen) {
    nodes.set(draft, {name: draft.name, table, bound: draft.bound});
  }
  const linked = links.flatMap(({pattern, left, right}) => {
    const [a, b] = [nodes.get(left), nodes.get(right)];
    return a && b ? [{pattern, left: a, right: b}] : [];
  });
  return {nodes: [...nodes.values()], links: linked};
}

function draftOf(
  context: Context,
  scope: Scope,
  drafts: Map<string, Draft>,
  node: NodePattern,
): Draft {
  const name = nodeName(node);
  const earlier = drafts.get(name);
  const labelled = node.labels && tablesOf(context, node.labels, node.span);
  if (earlier) {
    earlier.tables = narrowed(context, node, earlier.tables, labelled);
    return earlier;
  }
  const bound = boundNode(context, scope, node.variable);
  const tables = narrowed(context, node, bound && partsOf(bound.table), labelled);
  const told = node.variable && scope.names.get(node.variable.name)?.kind === 'unknown';
  const refused = tables === undefined && (node.labels !== undefined || told === true);
  const draft: Draft = {name, span: node.span, tables, bound, refused};
  drafts.set(name, draft);
  return draft;
}

/** Of the tables that a node may be of, those that it is labelled as. */
function narrowed(
  context: Context,
  node: NodePattern,
  before: readonly Table[] | undefined,
  labelled: readonly Table[] | undefined,
): readonly Table[] | undefined {
  if (!before || !labelled) return labelled ?? before;
  const both = before.filter(({id}) => labelled.some((table) => table.id === id));
  if (both.length > 0) return both;
  const place = context.place(node.span);
  const of = before.map((table) => `"${table.name}"`).join(' or ');
  const message = `"${nodeName(node)}" is a row of ${of} already`;
  const hint = 'give the node another name, or leave the label out';
  context.report(problems['cypher-misplaced']({message, hint}, {place}));
  return before;
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

/** A node without a label has the tables that its relationships lead to. */
function inferTables(context: Context, links: readonly DraftLink[]): void {
  const infer = ({pattern}: DraftLink, known: Draft, unknown: Draft): void => {
    if (!known.tables || unknown.tables || unknown.refused) return;
    const led = known.tables.flatMap((table) => neighboursOf(context, pattern, table));
    const tables = [...new Map(led.map((table) => [table.id, table])).values()];
    if (tables.length > 0) unknown.tables = tables;
  };
  for (let round = 0; round < links.length; round++) {
    for (const link of links) {
      infer(link, link.left, link.right);
      infer(link, link.right, link.left);
    }
  }
}

function isKnown(context: Context, {name, tables, refused, span}: Draft): boolean {
  if (tables) return true;
  if (refused) return false;
  const place = context.place(span);
  const known = context.catalog.tables.map((table) => table.name).join(', ');
  const message = 'a node needs a label: the table that its rows come from';
  const hint = `write (${name.trimStart().replace(/^[\d.]+$/, '')}:label); the tables are ${known}`;
  context.report(problems['cypher-misplaced']({message, hint}, {place}));
  return false;
}

/** `{key: value}` and WHERE inside of nodes, as conditions for when all names are bound. */
export function conditionsOf(context: Context, patterns: readonly Pattern[]): readonly Expr[] {
  return patterns.flatMap(({nodes, relationships}) => {
    for (const {properties, where, span} of relationships) {
      if (properties || where) refuseCondition(context, span);
    }
    return nodes.flatMap((node) => nodeConditions(context, node));
  });
}

function refuseCondition(context: Context, span: Span): void {
  const what = 'a condition on a relationship';
  const hint = 'put the condition on the nodes: their columns relate them';
  const place = context.place(span);
  context.report(problems['cypher-not-supported']({what, hint}, {place}));
}

function nodeConditions(context: Context, node: NodePattern): readonly Expr[] {
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
}

/** A node without a variable has a name by its place. */
export const nodeName = (node: NodePattern): string => node.variable?.name ?? ` ${node.span.start}`;
