import {expect, test} from 'vitest';
import {added, deleted, QUIET, story} from './story.ts';

test('a customer who has taken all three steps is told, in whatever order they came', () => {
  const done = story({
    tables: {customer: 'id int4, mail text', step: 'id int4, customer int4, kind text'},
    joins: [
      {
        id: 'DID',
        keys: [
          {label: 'customer', property: 'id'},
          {label: 'step', property: 'customer'},
        ],
      },
    ],
    query: `
      MATCH (c:customer)-[:DID]->(x:step {kind: 'x'}),
        (c)-[:DID]->(y:step {kind: 'y'}), (c)-[:DID]->(z:step {kind: 'z'})
      RETURN DISTINCT c.mail`,
    data: {customer: '1|ann\n2|bob', step: ''},
  });
  expect(done.set({step: '1|1|z\n2|2|x'})).toEqual(QUIET);
  expect(done.set({step: '1|1|z\n2|2|x\n3|1|x\n4|2|x'})).toEqual(QUIET);
  expect(done.set({step: '1|1|z\n2|2|x\n3|1|x\n4|2|x\n5|1|y'})).toEqual(added('{"mail":"ann"}'));
  expect(done.set({step: '1|1|z\n2|2|x\n3|1|x\n4|2|x\n5|1|y\n6|1|y'})).toEqual(QUIET);
  expect(done.set({step: '1|1|z\n2|2|x\n3|1|x\n4|2|y\n5|2|y\n6|1|y\n7|2|z'})).toEqual(
    added('{"mail":"bob"}'),
  );
  expect(done.set({step: '2|2|x\n3|1|x\n4|2|y\n5|2|y\n6|1|y\n7|2|z'})).toEqual(
    deleted('{"mail":"ann"}'),
  );
});
