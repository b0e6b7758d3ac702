const CLOCK = "compare a column with it in WHERE: at > now() - interval '5 minutes'";
const CHANCE = 'it answers something else each time; store the value in a column';
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
  to_date: 'cast the text: text::date',
  to_number: 'cast the text: text::numeric',
  generate_series: ROWS,
  mode: 'group by the value, and order by its count',
  corr: 'compute it from sums',
};

export const refusedFunction = (name: string): string | undefined =>
  Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
