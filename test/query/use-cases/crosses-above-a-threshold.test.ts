import {expect, test} from 'vitest';
import {added, deleted, QUIET, story} from './story.ts';

test('a value that crosses a threshold is told at the crossing, and not while it stays above', () => {
  const pumps = story({
    tables: {pump: 'id int4, pressure int4, most int4'},
    query: `
      MATCH (p:pump)
      WHERE p.pressure > p.most AND drasi.previousValue(p.pressure) <= p.most
      RETURN p.id, p.pressure`,
    data: {pump: '1|50|80\n2|90|80'},
  });
  // The second is above, but nobody has seen it cross.
  expect(pumps.rows).toEqual([]);
  expect(pumps.set({pump: '1|81|80\n2|95|80'})).toEqual(added('{"id":1,"pressure":81}'));
  expect(pumps.set({pump: '1|85|80\n2|95|80'})).toEqual(deleted('{"id":1,"pressure":81}'));
  expect(pumps.set({pump: '1|70|80\n2|70|80'})).toEqual(QUIET);
  expect(pumps.set({pump: '1|70|80\n2|99|80'})).toEqual(added('{"id":2,"pressure":99}'));
});
