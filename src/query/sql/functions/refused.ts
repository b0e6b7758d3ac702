const CLOCK = "compare a column with it in WHERE: at > now() - interval '5 minutes'";
const CHANCE = 'it answers something else each time; store the value in a column';
const ROWS = 'join with a table of the values';
const ELEMENTS =
  "ask whether it has one: data -> 'tags' ? 'x'; " +
  'for a row of each: openCypher, UNWIND t.data.tags AS tag';
export const JSON_PATH = `write data #>> '{a,b}' = 'x', or data @> '{"a": {"b": "x"}}'`;
export const TEXT_SEARCH = 'write ILIKE or ~*: there is no full text search';

/** Functions of Postgres that a query cannot have, each with what to do instead. */
const REFUSED: Readonly<Record<string, string>> = {
  now: CLOCK,
  clock_timestamp: CLOCK,
  statement_timestamp: CLOCK,
  transaction_timestamp: CLOCK,
  timeofday: CLOCK,
  random: CHANCE,
  gen_random_uuid: CHANCE,
  nextval: CHANCE,
  currval: CHANCE,
  to_date: 'cast the text: text::date',
  to_number: 'cast the text: text::numeric',
  generate_series: ROWS,
  json_array_elements: ELEMENTS,
  json_array_elements_text: ELEMENTS,
  jsonb_array_elements: ELEMENTS,
  jsonb_array_elements_text: ELEMENTS,
  jsonb_path_exists: JSON_PATH,
  jsonb_path_match: JSON_PATH,
  jsonb_path_query: JSON_PATH,
  jsonb_path_query_array: JSON_PATH,
  jsonb_path_query_first: JSON_PATH,
  row_to_json: "write jsonb_build_object('a', t.a, 'b', t.b)",
  to_tsvector: TEXT_SEARCH,
  to_tsquery: TEXT_SEARCH,
  plainto_tsquery: TEXT_SEARCH,
  websearch_to_tsquery: TEXT_SEARCH,
  mode: 'group by the value, and order by its count',
  corr: 'compute it from sums',
};

export const refusedFunction = (name: string): string | undefined =>
  Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
