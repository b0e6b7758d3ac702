import {JSON_PATH, TEXT_SEARCH} from './refused.ts';

/** Words of other databases, and operators that are not here, each with what there is instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  '==': 'equality is written =',
  '@?': JSON_PATH,
  '@@': TEXT_SEARCH,
  ifnull: 'write coalesce(value, otherwise)',
  nvl: 'write coalesce(value, otherwise)',
  isnull: 'write coalesce(value, otherwise), or value IS NULL',
  if: 'write CASE WHEN condition THEN a ELSE b END',
  iif: 'write CASE WHEN condition THEN a ELSE b END',
  decode: 'write CASE value WHEN a THEN b ELSE c END',
  len: 'write length(text)',
  ucase: 'write upper(text)',
  lcase: 'write lower(text)',
  instr: 'write position(part IN text)',
  charindex: 'write position(part IN text)',
  substring_index: 'write split_part(text, separator, n)',
  group_concat: "write string_agg(text, ',')",
  listagg: "write string_agg(text, ',')",
  collect: 'write array_agg(value)',
  median: 'write percentile_cont(0.5) WITHIN GROUP (ORDER BY value)',
  stdev: 'write stddev(value)',
  getdate: "compare a column with now() in WHERE: at > now() - interval '5 minutes'",
  curdate: "compare a column with now() in WHERE: at > now() - interval '5 minutes'",
  sysdate: "compare a column with now() in WHERE: at > now() - interval '5 minutes'",
  datediff: 'take one from the other: finish - start',
  dateadd: "add an interval: at + interval '1 day'",
  date_add: "add an interval: at + interval '1 day'",
  date_sub: "take an interval away: at - interval '1 day'",
  date_format: "write to_char(at, 'YYYY-MM-DD')",
  strftime: "write to_char(at, 'YYYY-MM-DD')",
  year: 'write extract(year FROM at)',
  month: 'write extract(month FROM at)',
  day: 'write extract(day FROM at)',
  json_extract: "write data ->> 'key'",
  tointeger: 'cast it: value::integer',
  tostring: 'cast it: value::text',
  tofloat: 'cast it: value::float8',
};

/** What to write for what another database calls so. */
export const wordElsewhere = (name: string): string | undefined =>
  Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
