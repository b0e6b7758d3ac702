import {expect, test} from 'vitest';
import {deleted, QUIET, story, updated} from './story.ts';

test('the least of each group goes up again when its row goes', () => {
  const least = story({
    tables: {bids: 'id int4, item text, price numeric'},
    query: 'MATCH (b:bids) RETURN b.item AS item, min(b.price) AS least',
    data: {bids: '1|a|3.50\n2|a|2\n3|b|\\N'},
  });
  expect(least.rows).toEqual(['{"item":"a","least":2}', '{"item":"b","least":null}']);
  expect(least.set({bids: '1|a|3.50\n2|a|4\n3|b|\\N'})).toEqual(
    updated('{"item":"a","least":2} -> {"item":"a","least":3.50}'),
  );
  expect(least.set({bids: '1|a|3.50\n2|a|5\n3|b|\\N'})).toEqual(QUIET);
  expect(least.set({bids: '2|a|5\n3|b|1\n4|c|9'})).toEqual({
    added: ['{"item":"c","least":9}'],
    updated: [
      '{"item":"a","least":3.50} -> {"item":"a","least":5}',
      '{"item":"b","least":null} -> {"item":"b","least":1}',
    ],
    deleted: [],
  });
  expect(least.set({bids: '3|b|1\n4|c|9'})).toEqual(deleted('{"item":"a","least":5}'));
});
