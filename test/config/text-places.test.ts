import {afterAll, expect, test} from 'vitest';
import {readConfig} from '../../src/config/read.ts';
import {problemsOf} from '../../src/lib/problem.ts';
import {textChecks} from '../../src/pipeline/checks.ts';
import {loadSqlParser} from '../../src/pipeline/sql-parser.ts';

await loadSqlParser();
const checks = textChecks();
afterAll(checks.close);

const HEAD = `sources:
  - {kind: postgres, id: db, database: d, user: u}
queries:
  - id: q
    autoStart: true
    sources: [{sourceId: db}]
`;

/** Where the word that is wrong is told to be; it stands in the file as `WRONG`. */
function told(query: string): string {
  try {
    readConfig({text: HEAD + query, file: 'app.yaml', env: {}, ...checks});
    return 'nothing is wrong';
  } catch (error) {
    const [{place} = {}] = problemsOf(error);
    return `${place?.line}:${place?.column}`;
  }
}

function standing(query: string): string {
  const before = (HEAD + query).slice(0, (HEAD + query).indexOf('WRONG')).split(/\r\n|\n|\r/);
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

test.each<[how: string, query: string]>([
  ['in a block', '    query: |\n      SELECT a\n      FROM t WHERE a IN WRONG\n'],
  ['in a folded block', '    query: >\n      SELECT a\n      FROM t\n      WHERE a IN WRONG\n'],
  [
    'in a folded block with blank lines',
    '    query: >-\n      SELECT a\n\n      FROM t\n\n\n        WHERE a IN WRONG',
  ],
  [
    'on several lines without quotes',
    '    query: SELECT a\n      FROM t\n\n      WHERE a IN WRONG\n',
  ],
  ['in quotes over lines', '    query: "SELECT a\n      FROM t\n      WHERE a IN WRONG"\n'],
  ['behind escaped line ends', '    query: "SELECT a\\nFROM t\\n\\n\\tWHERE a IN WRONG"\n'],
  [
    'behind other escapes',
    '    query: "SELECT \'\\u00e9\\x41\\\\\\U0001F600\\"\', \\\n      a FROM t WHERE\\x20a IN WRONG"\n',
  ],
  ['behind doubled quotes', "    query: 'SELECT ''it''''s'', a FROM t WHERE a IN WRONG'\n"],
  [
    'behind other characters',
    "    query: SELECT '😀é\u0085',\n      '😀' FROM t WHERE a IN WRONG\n",
  ],
  ['in a flow', '    query: "SELECT a\\n  FROM t WHERE a IN WRONG"\n'.replaceAll('\n', '\r\n')],
  ['with CRLF', '    query: >\r\n      SELECT a\r\n      FROM t\r\n      WHERE a IN WRONG\r\n'],
])('what is wrong with a query %s is told where it stands', (_, query) => {
  expect(told(query)).toBe(standing(query));
});

test('what ends too early is told in the line of its end', () => {
  expect(told('    query: "SELECT a\\nFROM t WHERE a IN"\n')).toMatch(/^7:/);
});
