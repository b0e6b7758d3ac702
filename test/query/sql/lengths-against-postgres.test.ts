import {afterAll, beforeAll, test} from 'vitest';
import {
  type Constants,
  constantsAgainstPostgres,
} from '../../support/constants-against-postgres.ts';

let constants: Constants;

beforeAll(async () => {
  constants = await constantsAgainstPostgres();
}, 60_000);

afterAll(() => constants.drop());

const TEXTS = ["'ab'", "'ab   '", "'abcdef'", "''", "' a'", "'é😀x'"];

/** `§` stands for each of the texts. */
const agree = (expressions: readonly string[]): Promise<void> =>
  constants.agree(expressions.flatMap((one) => TEXTS.map((text) => one.replaceAll('§', text))));

test('varchar(n) cuts characters off, and nothing else', () =>
  agree([
    ...['§::varchar(3)', "'[' || §::varchar(2) || ']'", 'length(§::varchar(4))', '§::varchar'],
    ...['(§ || §)::varchar(7)', "§::varchar(3) = 'ab '", '§::text::varchar(1)', 'varchar(§, 2)'],
    ...["ARRAY[§, 'zzzzz']::varchar(2)[]", '12345::varchar(3)', 'true::varchar(2)'],
    ...["'2024-01-01'::date::varchar(4)", '§::character varying(3)', '§::varchar(0)'],
  ]));

test('char(n) is padded, and compared without its blanks', () =>
  agree([
    ...["'[' || §::char(4) || ']'", '§::char(3) = §', "§::char(3) = 'ab'", '§::char(1) = §'],
    ...["§::char(3) = 'ab '::text", "'ab '::text = §::char(4)", '§::char(3) < §::char(5)'],
    ...['length(§::char(4))', 'upper(§::char(4))', '§::char(9)::text', '§::char(9)::varchar(3)'],
    ...["'[' || §::bpchar || ']'", "concat(§::char(5)::char(2), '|')", '12345::char(3)'],
    ...['true::char(2)', 'concat(coalesce(§::char(3), §))', 'nullif(§::char(3), §::char(4))'],
    ...["greatest(§::char(3), 'b')", "§::char(3) = ANY(ARRAY['ab '])", '§::char(0)'],
    ...["§::char(3) IN ('ab', 'x')", "§::char(3) IS DISTINCT FROM 'ab   '", 'ARRAY[§::char(4)]'],
    ...["ARRAY[§, 'q']::char(3)[]", "array_to_string(ARRAY[§::char(4)], ',')"],
    ...["CASE §::char(3) WHEN 'ab' THEN 1 ELSE 2 END", "§::char(3) BETWEEN 'a' AND 'ac'"],
  ]));

test('functions and patterns see the blanks of char(n) where they do in Postgres', () =>
  agree([
    ...['octet_length(§::char(4))', 'bit_length(§::char(4))', 'char_length(§::char(4))'],
    ...["§::char(4) LIKE 'ab'", "§::char(4) LIKE 'ab%'", "§::char(4) NOT LIKE '% '"],
    ...["§::char(4) LIKE 'ab'::char(3)", '§::char(3) LIKE §::char(3)', "'ab' LIKE §::char(3)"],
    ...["§::char(4) ILIKE 'AB'", "§::char(4) SIMILAR TO 'ab'", "§::char(4) ~ '^ab$'"],
    ...["§::char(4) ~* ' $'", "§::char(4) !~ 'b$'", "'ab ' ~ §::char(3)"],
    ...["regexp_like(§::char(4), 'b$')", "regexp_replace(§::char(4), ' ', '-')"],
    ...["concat(§::char(4), 'x')", "concat_ws('-', §::char(4), 'x')", "format('%s|', §::char(4))"],
    ...['to_json(§::char(4))', 'to_jsonb(§::char(4))', 'json_build_array(§::char(4))'],
    ...['md5(§::char(4))', 'reverse(§::char(4))', "substring(§::char(4), 1, 4) || '|'"],
    ...["left(§::char(4), 4) || '|'", "rpad(§::char(4), 6, '*')", '§::char(4) || §::char(4)'],
    ...['trim(§::char(4))', "replace(§::char(4), ' ', '-')", 'quote_literal(§::char(4))'],
    ...["position(' ' in §::char(4))", "split_part(§::char(4), ' ', 1)", 'repeat(§::char(3), 2)'],
    ...["translate(§::char(4), ' ', '_')", "starts_with(§::char(4), 'ab  ')"],
    ...["lower(§::char(4)) || '|'", "('12 '::char(5))::int4", "string_to_array(§::char(4), ' ')"],
  ]));

test('times are rounded to so many digits, halves away from the year 2000', () =>
  agree([
    ...["'2024-01-01 10:00:00.5'::timestamp(0)", "'1999-12-31 10:00:00.5'::timestamp(0)"],
    ...["'1999-12-31 23:59:59.49'::timestamptz(1)", "'2024-01-01 10:00:00.123456'::timestamp(3)"],
    ...["'infinity'::timestamp(0)", "'10:00:00.55'::time(1)", "'23:59:59.9'::time(0)"],
    ...["'2024-01-01'::date::timestamp(2)", "'1970-01-01 00:00:00.0005'::timestamp(3)"],
    ...["'1970-01-01 00:00:00.0015'::timestamp(3)", "'2000-01-01 00:00:00.0015'::timestamp(7)"],
    ...["'10:00'::time(7)", "'2024-01-01 10:00:00.5'::timestamp(-1)"],
  ]));

test('the elements of a list have the precision of its type', () =>
  agree(["'{1.234,5}'::numeric(5,1)[]", 'ARRAY[1.25, 3]::numeric(3,1)[]', '1.5::numeric(3)']));
