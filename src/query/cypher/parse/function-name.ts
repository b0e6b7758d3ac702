/** GQL's names of functions, in lower case, with openCypher's of the same. */
const GQL_NAMES: ReadonlyMap<string, string> = new Map([
  ['ceiling', 'ceil'],
  ['collect_list', 'collect'],
  ['current_date', 'date'],
  ['current_time', 'time'],
  ['current_timestamp', 'datetime'],
  ['duration_between', 'duration.between'],
  ['element_id', 'elementId'],
  ['local_datetime', 'localdatetime'],
  ['local_time', 'localtime'],
  ['local_timestamp', 'localdatetime'],
  ['percentile_cont', 'percentileCont'],
  ['percentile_disc', 'percentileDisc'],
  ['stddev_pop', 'stDevP'],
  ['stddev_samp', 'stDev'],
  ['zoned_datetime', 'datetime'],
  ['zoned_time', 'time'],
]);

/** The name of a function as openCypher has it; GQL's also with `.truncate` and the like. */
export function functionName(written: string): string {
  const [first = '', ...rest] = written.split('.');
  const name = GQL_NAMES.get(first.toLowerCase());
  return name === undefined ? written : [name, ...rest].join('.');
}

const CLOCKS: readonly string[] = [
  'current_date',
  'current_time',
  'current_timestamp',
  'local_time',
  'local_timestamp',
];

/** The clock that a word of GQL reads without brackets: CURRENT_TIMESTAMP is datetime(). */
export function clockName(word: string): string | undefined {
  const name = word.toLowerCase();
  return CLOCKS.includes(name) ? GQL_NAMES.get(name) : undefined;
}
