import {random} from '../../../src/lib/random.ts';

type Pick = <T>(...from: readonly T[]) => T;

/** Queries by chance over persons and pets, of what has a text in SQL. */
export function anyQuery(seed: number, count: number): readonly string[] {
  const next = random(seed);
  const pick: Pick = (...from) => from[Math.floor(next() * from.length)]!;
  return Array.from({length: count}, () => queryOf(pick));
}

function queryOf(pick: Pick): string {
  const known = ['p'];
  const joined = pick(true, true, false) ? `, ${hop(pick, known)}` : '';
  const matched = [`MATCH (p:person)${joined}`];
  matched.push(where(pick, known));
  if (pick(true, false)) {
    const before = [...known];
    matched.push(`OPTIONAL MATCH ${hop(pick, known)}${where(pick, pick(known, before))}`);
  }
  if (pick(true, false, false)) {
    const inside = [...known];
    const asked = `${hop(pick, inside)}${where(pick, inside)}`;
    matched.push(`WITH * WHERE ${pick('', 'NOT ')}EXISTS { MATCH ${asked} }`);
  }
  return `${matched.join(' ')} ${tail(pick, known)}`;
}

const isPet = (name: string): boolean => name >= 'u';

/** One relationship from a person that is known to somebody who is not. */
function hop(pick: Pick, known: string[]): string {
  const persons = known.filter((name) => !isPet(name));
  const from = pick(...persons);
  const kind = pick('owns', 'boss', 'boss', 'far', 'either', 'stay');
  const free = (kind === 'owns' ? ['u', 'v', 'w'] : ['q', 'r', 's', 't']).find(
    (name) => !known.includes(name),
  );
  const to = free ?? 'x';
  known.push(to);
  switch (kind) {
    case 'owns':
      return `(${from})-[:OWNS]->(${to}:pet${pick('', " {kind: 'a'}")})`;
    case 'boss':
      return pick(`(${from})-[:BOSS]->(${to})`, `(${from})<-[:BOSS]-(${to}:person)`);
    case 'far':
      return `(${from})-[:BOSS*1..${pick(2, 3)}]->(${to})`;
    case 'either':
      return `(${from})-[:BOSS]-(${to})`;
    default:
      return `(${from})-[:BOSS*0..1]->(${to})`;
  }
}

const numbers = (name: string): readonly string[] =>
  isPet(name) ? ['id', 'owner', 'weight'] : ['id', 'age', 'boss', 'score'];

const SCALED: readonly string[] = ['score', 'weight'];

function where(pick: Pick, known: readonly string[]): string {
  const parts = Array.from({length: pick(0, 0, 1, 2)}, () => condition(pick, known));
  return parts.length === 0 ? '' : ` WHERE ${parts.join(pick(' AND ', ' OR ', ' XOR '))}`;
}

function condition(pick: Pick, known: readonly string[]): string {
  const [one, other] = [pick(...known), pick(...known)];
  const number = `${one}.${pick(...numbers(one))}`;
  return pick(
    `${number} ${pick('=', '<>', '<', '>=')} ${pick('1', '2', '3')}`,
    `${number} ${pick('=', '<', '<>')} ${other}.${pick(...numbers(other))}`,
    `${number} IS ${pick('', 'NOT ')}NULL`,
    `NOT (${one}.${isPet(one) ? 'kind' : 'name'} = ${pick("'a'", "''", "'ä'")})`,
  );
}

function tail(pick: Pick, known: readonly string[]): string {
  const ids = known.map((name) => `${name}.id AS ${name}_id`).join(', ');
  const one = pick(...known);
  const key = `${one}.${isPet(one) ? 'kind' : 'name'}`;
  const of = pick(...known);
  const number = `${of}.${pick(...numbers(of))}`;
  // Of equal numerics of two scales, min, max and DISTINCT in Postgres answer whichever.
  const whole = `${of}.${pick(...numbers(of).filter((name) => !SCALED.includes(name)))}`;
  const aggregate = pick(
    'count(*)',
    `count(${number})`,
    `count(DISTINCT ${number})`,
    `sum(${number})`,
    `min(${whole})`,
    `max(${whole})`,
  );
  return pick(
    `RETURN ${ids}`,
    `RETURN DISTINCT ${key} AS k, ${whole} AS n`,
    `RETURN ${ids}, ${number} + 1 AS next, coalesce(${key}, 'none') AS k`,
    `RETURN ${key} AS k, ${aggregate} AS n`,
    `WITH ${key} AS k, ${aggregate} AS n WHERE n ${pick('>', '=')} 1 RETURN k, n`,
    `WITH ${of}.id AS id, count(*) AS n MATCH (z:person) WHERE z.id = n RETURN id, z.name AS z`,
    `WITH DISTINCT p OPTIONAL MATCH (p)-[:OWNS]->(y:pet) RETURN p.id AS p, count(y) AS pets`,
    `RETURN ${key} AS k UNION ${pick('', 'ALL ')}MATCH (y:pet) RETURN y.kind AS k`,
  );
}
