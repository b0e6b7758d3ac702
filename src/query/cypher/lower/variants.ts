import type {Name, NodePattern, Pattern, RelationshipPattern} from '../ast.ts';
import {problems} from '../problems.ts';
import {refuseWays, WAYS_MAX} from './choice.ts';
import type {Context} from './context.ts';
import {nodeName} from './pattern.ts';

/** How many steps a relationship of variable length may have. */
export const LENGTH_MAX = 10;

/** What a name stands for in a variant: the nodes and relationships that it goes along. */
export interface PathName {
  readonly kind: 'path' | 'relationships';
  readonly name: string;
  readonly nodes: readonly string[];
  readonly relationships: readonly string[];
}

/** Patterns in which every relationship is one step, or none: a stay. */
export interface Variant {
  readonly patterns: readonly Pattern[];
  readonly named: readonly PathName[];
}

export const needsExpansion = (patterns: readonly Pattern[]): boolean =>
  patterns.some(
    ({variable, relationships}) => variable || relationships.some(({length}) => length),
  );

/**
 * One variant for each combination of lengths: together they find what the patterns do,
 * each way once, since no two lengths find the same. None where a length is refused.
 */
export function variantsOf(context: Context, patterns: readonly Pattern[]): readonly Variant[] {
  const starred = patterns.flatMap(({relationships}) =>
    relationships.filter(({length}) => length !== undefined),
  );
  const ranges = starred.map((relationship) => rangeOf(context, relationship));
  if (ranges.includes(undefined)) return [];
  let choices: readonly (readonly number[])[] = [[]];
  for (const range of ranges) {
    choices = choices.flatMap((chosen) => (range ?? []).map((length) => [...chosen, length]));
  }
  const [first] = starred;
  if (first && choices.length > WAYS_MAX) {
    refuseWays(context, first.span);
    return [];
  }
  return choices.map((lengths) =>
    variantOf(patterns, new Map(starred.map((r, i) => [r, lengths[i] ?? 1]))),
  );
}

function rangeOf(
  context: Context,
  relationship: RelationshipPattern,
): readonly number[] | undefined {
  const {min = 1, max} = relationship.length ?? {};
  if (max === undefined) {
    refuse(context, relationship, 'a relationship of any length');
    return undefined;
  }
  if (max > LENGTH_MAX) {
    refuse(context, relationship, `a relationship of more than ${LENGTH_MAX} steps`);
    return undefined;
  }
  if (max < min) {
    refuse(context, relationship, 'a length that ends before it begins');
    return undefined;
  }
  return Array.from({length: max - min + 1}, (_, i) => min + i);
}

function refuse(context: Context, relationship: RelationshipPattern, what: string): void {
  const place = context.place(relationship.span);
  const hint = `give it bounds: *1..3, of ${LENGTH_MAX} steps at most`;
  context.report(problems['cypher-not-supported']({what, hint}, {place}));
}

type Lengths = ReadonlyMap<RelationshipPattern, number>;

function variantOf(patterns: readonly Pattern[], lengths: Lengths): Variant {
  const spread = patterns.map((pattern) => spreadPattern(pattern, lengths));
  return {
    patterns: spread.map(({pattern}) => pattern),
    named: spread.flatMap(({named}) => named),
  };
}

/** A pattern with each relationship of several steps written out. */
function spreadPattern(
  pattern: Pattern,
  lengths: Lengths,
): {readonly pattern: Pattern; readonly named: readonly PathName[]} {
  const nodes: NodePattern[] = pattern.nodes.slice(0, 1);
  const relationships: RelationshipPattern[] = [];
  const named: PathName[] = [];
  const path: NodePattern[] = [...nodes];
  for (const [i, relationship] of pattern.relationships.entries()) {
    const count = lengths.get(relationship) ?? 1;
    const steps = stepsOf(relationship, count, pattern.variable !== undefined);
    const next = pattern.nodes[i + 1];
    relationships.push(...steps);
    const reached = [...betweenOf(relationship, count), ...(next ? [next] : [])];
    nodes.push(...reached);
    // A stay reaches no other node: the path goes along the first.
    if (count > 0) path.push(...reached);
    const {variable, length} = relationship;
    if (variable && length) {
      const names = steps.flatMap((step) => step.variable?.name ?? []);
      named.push({kind: 'relationships', name: variable.name, nodes: [], relationships: names});
    }
  }
  if (pattern.variable) {
    named.push({
      kind: 'path',
      name: pattern.variable.name,
      nodes: path.map(nodeName),
      relationships: relationships.flatMap(({variable}) => variable?.name ?? []),
    });
  }
  return {pattern: {...pattern, variable: undefined, nodes, relationships}, named};
}

/** Steps have names of their own, which no query can write, where something names them all. */
function stepsOf(
  relationship: RelationshipPattern,
  count: number,
  inPath: boolean,
): readonly RelationshipPattern[] {
  const {variable, length, span} = relationship;
  if (!length && (variable || !inPath)) return [relationship];
  if (count === 0) return [{...relationship, variable: undefined, length: {min: 0, max: 0}}];
  return Array.from({length: count}, (_, i) => {
    const name: Name = {name: ` r${span.start}.${i + 1}`, span};
    const own = variable || inPath ? name : undefined;
    return {...relationship, variable: own, length: undefined};
  });
}

function betweenOf({span}: RelationshipPattern, count: number): readonly NodePattern[] {
  return Array.from({length: Math.max(count - 1, 0)}, (_, i) => ({
    variable: {name: ` ${span.start}.${i + 1}`, span},
    labels: undefined,
    properties: undefined,
    where: undefined,
    span,
  }));
}
