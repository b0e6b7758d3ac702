import type {Row, Value} from '../../data/value.ts';
import type {AggregateFunction, Span, WindowFunction, WindowPlaces} from '../plan.ts';

/** An aggregate OVER a window: of the rows in each row's frame. */
export function aggregateOver(aggregate: AggregateFunction): WindowFunction {
  const {name} = aggregate;
  return {
    name,
    compute: aggregate.kind === 'running' ? sliding(aggregate) : listing(aggregate),
  };
}

/** The rows that the aggregate takes, by index: FILTER, and nulls where it skips them. */
function takenOf(
  {skipsNulls}: AggregateFunction,
  rows: readonly Row[],
  {takes}: WindowPlaces,
): (at: number) => boolean {
  return (at) => takes?.[at] !== false && !(skipsNulls && (rows[at]?.[0] ?? null) === null);
}

const argument = (row: Row = []): Value => (row.length > 1 ? row : (row[0] ?? null));

/**
 * One accumulator follows the frames: what a frame has more than the one before is added,
 * what it has less is taken out, so that frames that move a row at a time cost a row each.
 */
function sliding(aggregate: Extract<AggregateFunction, {kind: 'running'}>) {
  return (rows: readonly Row[], places: WindowPlaces): Value[] => {
    const accumulator = aggregate.start();
    const taken = takenOf(aggregate, rows, places);
    const add = (at: number): void => {
      if (taken(at)) accumulator.add(argument(rows[at]));
    };
    const remove = (at: number): void => {
      if (taken(at)) accumulator.remove(argument(rows[at]));
    };
    let from = 0;
    let to = 0;
    return places.frames.map((spans) => {
      const first = spans[0]?.from ?? from;
      const end = spans.at(-1)?.to ?? first;
      while (to < end) add(to++);
      while (from > first) add(--from);
      while (to > end) remove(--to);
      while (from < first) remove(from++);
      const gaps = gapsBetween(spans);
      for (const at of gaps) remove(at);
      const result = accumulator.result();
      for (const at of gaps) add(at);
      return result;
    });
  };
}

/** The rows that EXCLUDE takes out of the middle of a frame. */
function gapsBetween(spans: readonly Span[]): number[] {
  return spans.slice(1).flatMap(({from}, i) => {
    const end = spans[i]?.to ?? from;
    return Array.from({length: from - end}, (_, n) => end + n);
  });
}

function listing(aggregate: Extract<AggregateFunction, {kind: 'listing'}>) {
  return (rows: readonly Row[], places: WindowPlaces): Value[] => {
    const taken = takenOf(aggregate, rows, places);
    return places.frames.map((spans) =>
      aggregate.compute(
        spans.flatMap(({from, to}) =>
          rows.slice(from, to).flatMap((row, i) => (taken(from + i) ? [argument(row)] : [])),
        ),
      ),
    );
  };
}
