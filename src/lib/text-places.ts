import type {Place} from './problem.ts';

/**
 * Tells the line and column, from 1, of offsets in a text, in UTF-16 units. Its first line
 * begins at `begin`. CRLF, LF and CR each end a line.
 */
export function textPlaces(text: string, begin = 0): (offset: number) => Place {
  const starts = [begin];
  for (const {index, 0: end} of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return {line: low + 1, column: Math.max(1, offset - starts[low]! + 1)};
  };
}
