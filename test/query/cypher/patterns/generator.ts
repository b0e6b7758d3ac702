import type {JoinDeclaration} from '../../../../src/query/catalog.ts';
import type {Chain, EdgeStep, Found, GraphNode, NodeStep} from './matcher.ts';

export const TABLES = {
  a: 'id int4, x int4, up int4',
  b: 'id int4, x int4, y int4, a int4',
  c: 'id int4, y int4, a int4, b int4',
} as const;

const join = (id: string, from: [string, string], to: [string, string]): JoinDeclaration => ({
  id,
  keys: [from, to].map(([label, property]) => ({label, property})),
});

export const JOINS = [
  join('UP', ['a', 'up'], ['a', 'id']),
  join('OF', ['b', 'a'], ['a', 'id']),
  join('ON', ['c', 'a'], ['a', 'id']),
  join('ON', ['c', 'b'], ['b', 'id']),
];

/** A condition as it is written, and what it is for. */
export interface Condition {
  readonly text: string;
  readonly holds: (found: Found) => boolean;
}

export interface Question {
  readonly chains: readonly Chain[];
  readonly where: Condition | undefined;
}

type Beside = 'none' | 'match' | 'optional' | 'exists' | 'not exists' | 'count';

export interface Case {
  readonly first: Question;
  readonly beside: Beside;
  readonly second: Question;
}

export type Pick = <T>(...from: readonly T[]) => T;

/** A query by chance: a MATCH, and something asked beside its rows. */
export function anyCase(pick: Pick): Case {
  const first = anyQuestion(pick, []);
  const beside = pick<Beside>('none', 'match', 'optional', 'exists', 'not exists', 'count');
  const second = anyQuestion(pick, nodesOf(first), {single: beside === 'count'});
  return {first, beside, second};
}

const LABELS: readonly (readonly [string, readonly string[] | undefined])[] = [
  ['', undefined],
  [':a', ['a']],
  [':b', ['b']],
  [':c', ['c']],
  [':a|b', ['a', 'b']],
  [':!a', ['b', 'c']],
  [':%', ['a', 'b', 'c']],
];

const labelOf = ({tables}: NodeStep): string =>
  LABELS.find(([, of]) => of?.join() === tables?.join())?.[0] ?? '';

function anyQuestion(
  pick: Pick,
  known: readonly string[],
  {single = false}: {single?: boolean} = {},
): Question {
  const fresh = ['p', 'q', 'r', 's', 't'].filter((name) => !known.includes(name));
  const chains = Array.from({length: single ? 1 : pick(1, 1, 1, 2)}, (_, i) =>
    anyChain(pick, {
      known,
      fresh,
      path: pick(true, false, false) ? `w${known.length}${i}` : undefined,
    }),
  );
  const names = [...known, ...chains.flatMap(({nodes}) => named(nodes))];
  const where = pick(true, false) ? anyCondition(pick, names) : undefined;
  return {chains, where};
}

function anyChain(
  pick: Pick,
  given: {known: readonly string[]; fresh: readonly string[]; path: string | undefined},
): Chain {
  const steps = pick(0, 1, 1, 2);
  const nodes = Array.from({length: steps + 1}, (_, i): NodeStep => {
    const old = i === 0 && given.known.length > 0 ? pick(...given.known) : undefined;
    const variable = old ?? (pick(0, 0, 1) === 1 ? undefined : pick(...given.fresh));
    const [, tables] = pick(...(i === 0 && old === undefined ? LABELS.slice(1) : LABELS));
    return {variable, tables: old === undefined ? tables : pick(undefined, undefined, tables)};
  });
  const edges = Array.from({length: steps}, (_, i): EdgeStep => {
    const length = pick<EdgeStep['length']>(
      undefined,
      undefined,
      undefined,
      [1, 2],
      [0, 1],
      [2, 2],
    );
    const variable = length || pick(true, false) ? undefined : `e${given.known.length}${i}`;
    const types = pick<readonly string[]>(['UP'], ['OF'], ['ON'], ['OF', 'ON'], []);
    return {variable, types, length, direction: pick('right', 'left', 'either')};
  });
  return {path: given.path, nodes, edges};
}

function anyCondition(pick: Pick, names: readonly string[]): Condition | undefined {
  if (names.length === 0) return undefined;
  const [one, other] = [pick(...names), pick(...names)];
  const key = pick('id', 'x', 'y');
  const number = pick(1, 2);
  const value = (found: Found, name: string): number | null =>
    (found.get(name) as GraphNode | null)?.row[key] ?? null;
  if (pick(true, false)) {
    const holds = (found: Found): boolean => (value(found, one) ?? 0) > number;
    return {text: `${one}.${key} > ${number}`, holds};
  }
  const holds = (found: Found): boolean =>
    value(found, one) !== null && value(found, one) === value(found, other);
  return {text: `${one}.${key} = ${other}.${key}`, holds};
}

const named = (nodes: readonly NodeStep[]): readonly string[] =>
  nodes.flatMap(({variable}) => variable ?? []);

/** The nodes that a question names, each once. */
export const nodesOf = ({chains}: Question): readonly string[] => [
  ...new Set(chains.flatMap(({nodes}) => named(nodes))),
];

/** What each row tells, in this order: of a node its table and id, of others what they are. */
export function told({first, beside, second}: Case): readonly string[] {
  const questions = beside === 'optional' || beside === 'match' ? [first, second] : [first];
  return [...new Set(questions.flatMap((one) => [...nodesOf(one), ...pathsAndEdges(one)]))];
}

const pathsAndEdges = ({chains}: Question): readonly string[] =>
  chains.flatMap(({edges, path}) => [
    ...edges.flatMap(({variable}) => variable ?? []),
    ...(path === undefined ? [] : [path]),
  ]);

export function textOf(one: Case): string {
  const {first, beside, second} = one;
  const items = told(one).map((name) => {
    if (name.startsWith('e')) return `type(${name}) AS ${name}`;
    return name.startsWith('w')
      ? `length(${name}) AS ${name}`
      : `head(labels(${name})) + ${name}.id AS ${name}`;
  });
  const asked = questionText(second);
  const parts = {
    none: '',
    match: `MATCH ${asked}`,
    optional: `OPTIONAL MATCH ${asked}`,
    exists: `WITH * WHERE EXISTS { MATCH ${asked} }`,
    'not exists': `WITH * WHERE NOT EXISTS { ${asked} }`,
    count: '',
  };
  const count = beside === 'count' ? [`COUNT { ${asked} } AS n`] : [];
  const returned = [...items, ...count];
  return `MATCH ${questionText(first)} ${parts[beside]} RETURN ${returned.length === 0 ? '1 AS one' : returned.join(', ')}`;
}

function questionText({chains, where}: Question): string {
  return `${chains.map(chainText).join(', ')}${where ? ` WHERE ${where.text}` : ''}`;
}

function chainText({path, nodes, edges}: Chain): string {
  const steps = nodes.map((node, i) => {
    const edge = edges[i - 1];
    return `${edge ? edgeText(edge) : ''}(${node.variable ?? ''}${labelOf(node)})`;
  });
  return `${path === undefined ? '' : `${path} = `}${steps.join('')}`;
}

function edgeText({variable, types, direction, length}: EdgeStep): string {
  const star = length ? `*${length[0]}..${length[1]}` : '';
  const inside = `[${variable ?? ''}${types.length > 0 ? `:${types.join('|')}` : ''}${star}]`;
  return `${direction === 'left' ? '<' : ''}-${inside}-${direction === 'right' ? '>' : ''}`;
}
