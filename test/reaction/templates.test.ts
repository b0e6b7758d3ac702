import fc from 'fast-check';
import {expect, test} from 'vitest';
import {readExactJson, writeExactJson} from '../../src/lib/exact-json.ts';
import {templateRow} from '../../src/reaction/template-values.ts';
import {templates} from '../../src/reaction/templates.ts';

const row = `{"n":95.00,"big":12345678901234567890.10,"zero":0,"s":"a<b","e":"","no":null,
  "yes":true,"list":[1,"x",null,[2.0]],"obj":{"a":1.50,"toString":"t"},"__proto__":7}`;

const render = (text: string, html = true): string =>
  templates({html}).compile(text)({after: templateRow(row), query_name: 'q'});

test.each([
  [
    'numbers print with their digits',
    '{{after.n}} {{after.big}} {{after.zero}}',
    '95.00 12345678901234567890.10 0',
  ],
  ['lists print in brackets', '{{after.list}}', '[1, x, null, [2.0]]'],
  ['objects print as such', '{{after.obj}} {{after}}', '[object] [object]'],
  ['null and what is missing print nothing', '<{{after.no}}{{after.nope}}{{nope.x}}>', '<>'],
  ['texts are escaped for HTML', '{{after.s}} {{{after.s}}}', 'a&lt;b a<b'],
  [
    'json prints what it is given, with its digits',
    '{{json after.obj}} {{json after.s}} {{json after.no}}',
    '{"a":1.50,"toString":"t"} "a<b" null',
  ],
  ['json of what is missing prints nothing', '<{{json nope}}>', '<>'],
  [
    'members reach into objects and lists',
    '{{after.obj.a}} {{after.list.[3].[0]}} {{lookup after.list 1}}',
    '1.50 2.0 x',
  ],
  ['a column may have any name', '{{after.obj.toString}} {{lookup after "__proto__"}}', 't 7'],
  [
    'numbers compare by size',
    '{{gt after.n 80}} {{lt after.n 80}} {{gte after.n 95}} {{lte after.big after.n}}',
    'true false true false',
  ],
  [
    'equal numbers are equal however they are written',
    '{{eq after.n 95}} {{ne after.n 95.0}}',
    'true false',
  ],
  ['digits beyond a float count', '{{eq after.big 12345678901234567890}}', 'false'],
  ['a number is no text', '{{eq after.n "95.00"}} {{gt after.n "1"}}', 'false false'],
  ['null equals null alone', '{{eq after.no after.nope}} {{eq after.no after.zero}}', 'true false'],
  [
    'and, or, not',
    '{{and after.yes after.n}} {{or after.zero after.e}} {{not after.list}}',
    'true false false',
  ],
  [
    'len of texts, lists and objects',
    '{{len after.s}} {{len after.list}} {{len after.obj}} {{len after.no}}',
    '3 4 2 0',
  ],
  [
    '0 is not true, but for includeZero',
    '{{#if after.zero}}a{{else}}b{{/if}}{{#if after.zero includeZero=true}}c{{/if}}',
    'bc',
  ],
  [
    'unless is the other way round',
    '{{#unless after.zero}}a{{/unless}}{{#unless after.n}}b{{/unless}}',
    'a',
  ],
  ['helpers nest', '{{#if (and (gt after.n 90) (eq query_name "q"))}}hot{{/if}}', 'hot'],
  [
    'each walks lists and members',
    '{{#each after.list}}{{@index}}:{{this}};{{/each}}{{#each after.obj}}{{@key}};{{/each}}',
    '0:1;1:x;2:;3:[2.0];a;toString;',
  ],
  ['raw blocks are left alone', '{{{{raw}}}}{{x}}{{{{/raw}}}}', '{{x}}'],
  ['log prints nothing', '<{{log "x"}}>', '<>'],
  [
    'what every object has is not there',
    '<{{after.constructor}}{{after.obj.hasOwnProperty}}>',
    '<>',
  ],
])('%s', (_name, text, wanted) => {
  expect(render(text)).toBe(wanted);
});

test('for a log nothing is escaped', () => {
  expect(render('{{after.s}}', false)).toBe('a<b');
});

test('a text that is no template is refused when it is compiled', () => {
  expect(() => templates({html: true}).compile('{{#if a}}')).toThrow('Parse error');
});

test('exact JSON comes out as it went in', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(writeExactJson(readExactJson(text))).toBe(text);
      expect(writeExactJson(readExactJson(JSON.stringify(value, null, 2)))).toBe(text);
    }),
  );
});

test.each(['', '{', '[1', '[1,]', '{"a"}', '1 2', 'nul', '"a'])('%j is no JSON', (text) => {
  expect(() => readExactJson(text)).toThrow(SyntaxError);
});
