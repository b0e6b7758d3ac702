const AGGREGATES = new Set([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'collect',
  'stdev',
  'stdevp',
  'percentilecont',
  'percentiledisc',
]);

/** Whether a function computes over many rows, in any letter case. */
export const isAggregate = (name: string): boolean => AGGREGATES.has(name.toLowerCase());
