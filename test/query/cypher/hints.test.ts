import {expect, test} from 'vitest';
import {problemsOf} from '../../../src/lib/problem.ts';
import {parseCypher} from '../../../src/query/cypher/parser.ts';

/** Line and column of what is wrong, and what is said to do about it. */
function toldOf(text: string): string {
  try {
    parseCypher(text);
    return 'nothing';
  } catch (error) {
    const [problem] = problemsOf(error);
    return `${problem?.place?.line}:${problem?.place?.column} ${problem?.hint}`;
  }
}

const ARROWS = 'a relationship is written -[:TYPE]->, <-[:TYPE]-, -[:TYPE]-, --> or --';
const BACKTICKS = 'put the word in backticks to use it as a name';

test.each([
  ['MATCH (m:t) WHERE m.a > 1\n\n', '1:26 a query ends with RETURN and what it answers'],
  ['MATCH (m:t) m.id', '1:13 write RETURN before what the query answers'],
  ['MATCH (m=t) RETURN m.id', '1:9 a label stands behind a colon: (n:Label)'],
  ['MATCH (m t) RETURN m.id', '1:10 a label stands behind a colon: (n:Label)'],
  ['MATCH (m:t)->(a:u) RETURN m.id', `1:13 ${ARROWS}`],
  ['MATCH (m:t)-[:R]>(a:u) RETURN m.id', `1:17 ${ARROWS}`],
  ['MATCH (m:t)=>(a:u) RETURN m.id', `1:12 ${ARROWS}`],
  ['MATCH (m:t)<[:R]-(a:u) RETURN m.id', `1:13 ${ARROWS}`],
  ['MATCH (m:t)-(a:u) RETURN m.id', `1:13 ${ARROWS}`],
  ['MATCH (order:t) RETURN 1', `1:8 ${BACKTICKS}, or a colon before it as a label`],
  ['MATCH (m:t) WITH m.id AS order RETURN order', `1:39 ${BACKTICKS}`],
  ['MATCH (m:t) WHERE m.limit > limit.id RETURN 1', `1:29 ${BACKTICKS}`],
  ['MATCH (m:t)-[:R->(a:u) RETURN m.id', '1:16 close the relationship with ]: -[r:TYPE]->'],
  ['MATCH (m:t RETURN m.id', '1:12 close the node with )'],
  ["MATCH (m:t {a: 'x') RETURN m.id", '1:19 close the map with }'],
  ["MATCH (m:t {a = 'x'}) RETURN m.id", '1:15 a map is written {key: value}'],
  ['MATCH (m:t) RETURN [1, 2 AS x', '1:26 close the list with ]'],
  ['MATCH (m:t) WHERE m.a == 1 RETURN m.id', '1:24 equality is written ='],
  ['MATCH (m:t) SELECT m.id', '1:13 write RETURN in the place of SELECT'],
  ['SELECT m.id FROM m', '1:1 set queryLanguage: SQL for this query'],
  ['MACTH (m:t) RETURN m.id', '1:1 did you mean MATCH?'],
  ['SELEC id FROM t', '1:1 did you mean SELECT?'],
  [
    'UPDATE t SET v = 1',
    '1:1 change the data in Postgres: a query reads, by MATCH … RETURN or SELECT',
  ],
  ['FROM t SELECT id', '1:1 a query begins with MATCH, or with SELECT in SQL'],
  ['MATCH (m:t) MACTH (n:t) RETURN 1', '1:13 did you mean MATCH?'],
  [
    "MATCH (m:t) WHERE m.at > localdatetime() - interval '5 minutes' RETURN 1",
    '1:53 a span of time is written duration({minutes: 5})',
  ],
  ['MATCH (m:t) RETRUN m.id', '1:13 did you mean RETURN?'],
  ['(m:t) RETURN m.id', '1:1 write MATCH before the pattern'],
  ['MATCH (m:t) WHERE m.a > RETURN m.id', '1:25 an expression is missing behind ">"'],
  ['MATCH (m:t) WHERE m.a AND RETURN m.id', '1:27 an expression is missing behind "AND"'],
  ['MATCH (m:t) RETURN m.a +\n', '1:25 an expression is missing behind "+"'],
  ['MATCH (m:t) RETURN m.id, ORDER BY m.id', '1:26 an expression is missing behind ","'],
  ['MATCH (m:t) RETURN', '1:19 an expression is missing behind "RETURN"'],
  [
    'MATCH (m:t) RETURN m.id m.name',
    '1:25 put a comma between two items, and AS before the name of one',
  ],
  ["MATCH (m:t) WHERE m.a LIKE 'x%' RETURN 1", '1:23 write STARTS WITH, ENDS WITH, CONTAINS or =~'],
  ['MATCH (m:t) WHERE m.a BETWEEN 1 AND 2 RETURN 1', '1:23 write low <= value <= high'],
  ['MATCH (m:t) WHERE m.a = 1 && m.b = 2 RETURN 1', '1:27 write AND'],
  ["MATCH (m:t) RETURN m.a || 'x' AS n", '1:24 write OR between conditions, and + between texts'],
  [
    'MATCH (m:t) WHERE m.a NOT NULL RETURN 1',
    '1:23 write IS NOT NULL, or NOT before the condition',
  ],
  ['MATCH (m:t) WHERE m.a IN (1, 2) RETURN 1', '1:28 a list stands in square brackets: [a, b]'],
  [
    'MATCH (m:t) RETURN COUNT DISTINCT m.a AS n',
    '1:26 DISTINCT stands in the brackets: count(DISTINCT value)',
  ],
  [
    'MATCH (m:t) RETURN m.a, count(*) AS n GROUP BY m.a HAVING n > 1',
    '1:52 compute it in a WITH before: WITH … WHERE condition RETURN …',
  ],
  [
    'MATCH (m:t) RETURN m.id MATCH (a:u) RETURN a.id',
    '1:25 RETURN is the last clause: write WITH in its place, and RETURN at the end',
  ],
  [
    'MATCH (m:t) RETURN m.id; MATCH (a:u) RETURN a.id',
    '1:26 a query is one statement: remove what stands behind ";"',
  ],
  ['MATCH (m:t) RETURN m. AS x', '1:26 a name is missing before AS'],
  ['MATCH (m:t) LET x == 1 RETURN x', '1:20 write LET name = expression'],
  ['MATCH m:t RETURN m.id', '1:7 a node is written (n:Label)'],
  ["MATCH (m:'t') RETURN m.id", '1:10 a label has no quotes: (n:Label), or (n:`another label`)'],
  [
    'MATCH (m:public.t) RETURN m.id',
    '1:16 put a name with other characters than letters, digits and _ in backticks',
  ],
  [
    'MATCH (m:my-t) RETURN m.id',
    '1:12 put a name with other characters than letters, digits and _ in backticks',
  ],
  ['MATCH (m:t) -- all\nRETURN m.id', '1:16 a comment begins with //, or stands in /* */'],
  ['MATCH (m:t) # all\nRETURN m.id', '1:13 a comment begins with //, or stands in /* */'],
  ['MATCH (m:t) WHERE m.a = ‘x’ RETURN 1', '1:25 write the straight quotes \' or "'],
  ['MATCH (m:t) RETURN m.id AS `order`', 'nothing'],
])('%j: %s', (text, told) => {
  expect(toldOf(text)).toBe(told);
});
