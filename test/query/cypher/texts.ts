import fc from 'fast-check';

/**
 * Texts of whole queries, of both languages, over the tables `n` and `m` and the relationships
 * R and UP: most mean something, many are refused, and some are no query at all.
 */
const from = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const text = (
  parts: TemplateStringsArray,
  ...inside: readonly fc.Arbitrary<string>[]
): fc.Arbitrary<string> =>
  fc.tuple(...inside).map((made) => parts.map((part, i) => part + (made[i] ?? '')).join(''));
const list = (of: fc.Arbitrary<string>, between: string, min = 1): fc.Arbitrary<string> =>
  fc.array(of, {minLength: min, maxLength: 3}).map((all) => all.join(between));
const maybe = (of: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), of);

const variable = from('c', 'd', 'e', 'x', 'a');
const property = fc.oneof(
  {arbitrary: from('a.id', 'b.id', 'a.v', 'b.v'), weight: 12},
  from('c.n', 'a.t', 'x', 'a', 'b'),
);
const label = from('', '', '', ':n', ':m', ':n|m', ':!n', ':%', ' IS n', ':z');
const star = from('', '', '', '', '*1..2', '*0..1', '*', '*2');

export const {query: anyText} = fc.letrec<
  Record<'value' | 'truth' | 'pattern' | 'clause' | 'query', string>
>((tie) => {
  const [value, truth, pattern] = [tie('value'), tie('truth'), tie('pattern')];
  const node = text`(${from('', '', 'a', 'b', 'c', 'd')}${label}${maybe(text` {id: ${value}}`)}${maybe(text` WHERE ${truth}`)})`;
  const step = fc.oneof(
    from('--', '-->', '<--'),
    text`-[${from('', '', 'r', 's')}${from('', ':R', ':UP', ':R|UP')}${star}]-${from('', '>')}`,
  );
  const item = fc.oneof(
    {arbitrary: text`${value} AS ${from('y', 'z', 'u', 'v', 'w')}`, weight: 8},
    text`${value} AS ${from('a', 'b', 'x')}`,
    value,
  );
  const ordered = maybe(text` ORDER BY ${list(text`${value}${from('', ' DESC')}`, ', ')}`);
  const cut = text`${maybe(from(' SKIP 1', ' OFFSET 1'))}${maybe(from(' LIMIT 2', ' LIMIT 0'))}`;
  const items = fc.oneof(from('*'), list(item, ', '));
  const returned = text`RETURN ${from('', 'DISTINCT ')}${items}${fc.oneof({arbitrary: from(''), weight: 4}, text` GROUP BY ${fc.oneof(from('()'), list(property, ', '))}`)}${ordered}${cut}`;
  const call = fc.oneof(
    text`${from('size', 'toString', 'abs', 'head', 'date', 'collect', 'count', 'sum', 'max', 'type', 'length', 'labels', 'nodes')}(${value})`,
    text`${from('drasi.trueFor', 'drasi.trueLater', 'drasi.slidingWindow')}(${truth}, ${value})`,
    text`drasi.previousValue(${value})`,
    from('count(*)', 'datetime()', 'CURRENT_DATE', 'rand()', 'drasi.changeDateTime(a)'),
    text`CAST(${value} AS ${from('STRING', 'INTEGER', 'LOCAL DATETIME')})`,
  );
  return {
    pattern: text`${from('', '', 'w = ')}${node}${list(text`${step}${node}`, '', 0)}`,
    value: fc.oneof(
      {depthSize: 'small', withCrossShrink: true},
      {arbitrary: property, weight: 12},
      from('1', '2.5', "'a'", 'null', 'true', '[1, 2]', "duration('P1D')", '$k'),
      text`(${value} ${from('+', '-', '*', '/', '%', '^')} ${value})`,
      call,
      truth,
      text`[${value}, ${value}]`,
      text`[x IN ${value} WHERE ${truth} | ${value}]`,
      text`[${pattern} WHERE ${truth} | ${value}]`,
      text`COUNT { ${pattern} }`,
      text`reduce(y = ${value}, x IN ${value} | ${value})`,
      text`CASE WHEN ${truth} THEN ${value} ELSE ${value} END`,
      text`${from('a', 'x')} {.*, v: ${value}}`,
    ),
    truth: fc.oneof(
      {depthSize: 'small', withCrossShrink: true},
      {arbitrary: text`${value} ${from('=', '<>', '<', '>=')} ${value}`, weight: 3},
      text`${value} IS ${from('', 'NOT ')}NULL`,
      text`${value} ${from('IN', 'CONTAINS', '=~', 'STARTS WITH')} ${value}`,
      text`(${truth} ${from('AND', 'OR', 'XOR')} ${truth})`,
      text`NOT ${truth}`,
      text`EXISTS { ${from('', 'MATCH ')}${pattern}${maybe(text` WHERE ${truth}`)} }`,
      text`any(x IN ${value} WHERE ${truth})`,
      pattern,
      text`a${label}`,
    ),
    clause: fc.oneof(
      {
        arbitrary: text`${from('', '', 'OPTIONAL ')}MATCH ${list(pattern, ', ')}${maybe(text` WHERE ${truth}`)}`,
        weight: 4,
      },
      text`WITH ${from('*', '*', 'DISTINCT a, b')}${maybe(text`, ${item}`)}${ordered}${cut}${maybe(text` WHERE ${truth}`)}`,
      text`UNWIND ${value} AS ${variable}`,
      text`FOR ${variable} IN ${value}`,
      text`LET ${variable} = ${value}`,
      text`FILTER ${truth}`,
      text`YIELD ${list(item, ', ')}`,
      text`${returned} NEXT`,
    ),
    query: text`MATCH ${from('(a:n)-[:R]-(b:m)', '(a:n), (b:m)', '(a:n)-[:UP]->(b:n)')}${maybe(text`, ${pattern}`)} ${list(tie('clause'), '\n', 0)} ${returned}${maybe(text`\nUNION ${from('', 'ALL ')}MATCH (a:n) ${returned}`)}`,
  };
});
