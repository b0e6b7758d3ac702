import {expect, test} from 'vitest';
import {story} from './story.ts';

test('a payload in base64 is compared as what it says', () => {
  const messages = story({
    tables: {messages: 'id int4, payload text'},
    middleware: [
      {
        kind: 'decoder',
        name: 'decode',
        config: {
          encoding_type: 'base64',
          target_property: 'payload',
          output_property: 'text',
          strip_quotes: true,
          on_error: 'skip',
        },
      },
    ],
    query: "MATCH (m:messages) WHERE m.text STARTS WITH 'ALERT' RETURN m.id, m.text",
    data: {messages: `1|"${btoa('ALERT: hot')}"\n2|"${btoa('fine')}"\n3|\u00e4`},
  });
  expect(messages.rows).toEqual(['{"id":1,"text":"ALERT: hot"}']);
  const after = `1|"${btoa('ALERT: hotter')}"\n2|"${btoa('ALERT: too')}"\n3|\u00e4`;
  expect(messages.set({messages: after})).toEqual({
    added: ['{"id":2,"text":"ALERT: too"}'],
    updated: ['{"id":1,"text":"ALERT: hot"} -> {"id":1,"text":"ALERT: hotter"}'],
    deleted: [],
  });
  expect(messages.set({messages: ''}).deleted).toHaveLength(2);
});
