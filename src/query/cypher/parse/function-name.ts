/** GQL's names of functions, in lower case, with openCypher's of the same. */
const GQL_NAMES: ReadonlyMap<string, string> = new Map([
  ['ceiling', 'ceil'],
  ['collect_list', 'collect'],
  ['duration_between', 'duration.between'],
  ['element_id', 'elementId'],
  ['local_datetime', 'localdatetime'],
  ['local_time', 'localtime'],
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
