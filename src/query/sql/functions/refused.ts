const CLOCK = "compare a column with it in WHERE: at > now() - interval '5 minutes'";
const CHANCE = 'it answers something else each time; store the value in a column';
const FORMAT = 'select the value itself, and format it where it is shown';
const ROWS = 'join with a table of the values';

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
  to_char: FORMAT,
  to_date: 'cast the text: text::date',
  to_number: 'cast the text: text::numeric',
  format: 'join texts with || or concat()',
  generate_series: ROWS,
  md5: FORMAT,
  jsonb_build_object: 'select the values as columns of their own',
  json_build_object: 'select the values as columns of their own',
  json_object_agg: 'select the key and the value as columns',
  jsonb_object_agg: 'select the key and the value as columns',
  mode: 'group by the value, and order by its count',
  corr: 'compute it from sums',
};

export const refusedFunction = (name: string): string | undefined =>
  Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
