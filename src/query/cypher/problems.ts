import {catalogue} from '../../lib/problem.ts';

/** What can be wrong with a query in openCypher, or go wrong while it runs. */
export const problems = catalogue({
  'cypher-syntax': {
    cause: 'A query is not openCypher: something else was expected at the place told.',
    remedy: 'Write what the message says was expected; docs/queries.md has the grammar.',
    status: 400,
    say: (facts: {found: string; expected: string; hint?: string | undefined}) => ({
      message: `expected ${facts.expected}, but found ${facts.found}`,
      hint: facts.hint,
    }),
  },
  'cypher-literal': {
    cause: 'A number or a string of a query is not written as openCypher writes them.',
    remedy: 'Mend the literal as the message says.',
    status: 400,
    say: (facts: {message: string; hint?: string | undefined}) => ({
      message: facts.message,
      hint: facts.hint,
    }),
  },
  'cypher-limit': {
    cause: 'A query is longer, nests deeper or has more steps than the service takes.',
    remedy: 'Split the query, or write long lists of alternatives as `x IN [...]`.',
    status: 400,
    say: (facts: {what: string; limit: number; unit: string}) => ({
      message: `the query ${facts.what}`,
      detail: `The limit is ${facts.limit} ${facts.unit}.`,
      hint: 'write long lists of alternatives as `x IN [...]`',
    }),
  },
  'cypher-write-clause': {
    cause:
      'A query holds a clause that writes (CREATE, SET, DELETE, MERGE …) or calls a procedure.',
    remedy: 'Keep the part that reads. Change data in Postgres: the query follows by itself.',
    status: 400,
    say: (facts: {clause: string}) => ({
      message: `a continuous query cannot ${facts.clause}: it only reads`,
      hint: 'keep MATCH, WHERE, WITH and RETURN, and change the data in Postgres',
    }),
  },
  'cypher-unknown-label': {
    cause: 'A label of a pattern is no table of the sources of the query.',
    remedy:
      'Write the table as the database has it, letter case included, or add it to the source.',
    status: 400,
    say: (facts: {label: string; nearest: string | undefined; known: string}) => ({
      message: `there is no table "${facts.label}" for the label`,
      detail: facts.known,
      hint:
        facts.nearest === undefined
          ? 'if the database has it, add it to "tables" of the source'
          : `did you mean "${facts.nearest}"?`,
    }),
  },
  'cypher-ambiguous-label': {
    cause: 'A label is the name of tables in several schemas.',
    remedy: 'Write the label with its schema, in backticks: (n:`sales.orders`).',
    status: 400,
    say: (facts: {label: string; candidates: readonly string[]}) => ({
      message: `the label "${facts.label}" is the name of several tables`,
      detail: `The tables are ${facts.candidates.join(', ')}.`,
      hint: `write the schema too, in backticks: \`${facts.candidates[0]}\``,
    }),
  },
  'cypher-unknown-property': {
    cause: 'A property is no column of the table that the variable stands for.',
    remedy: 'Write the column as the database has it, letter case included.',
    status: 400,
    say: (facts: {
      property: string;
      table: string;

      nearest: string | undefined;
      known: string;
    }) => ({
      message: `table "${facts.table}" has no column "${facts.property}"`,
      detail: facts.known,
      hint: facts.nearest === undefined ? undefined : `did you mean "${facts.nearest}"?`,
    }),
  },
  'cypher-unknown-variable': {
    cause: 'A name is used that no MATCH, WITH or UNWIND before it defines.',
    remedy: 'Define the variable in a pattern, or carry it along in every WITH in between.',
    status: 400,
    say: (facts: {name: string; hint: string | undefined}) => ({
      message: `variable "${facts.name}" is not defined`,
      hint: facts.hint,
    }),
  },
  'cypher-duplicate-name': {
    cause: 'A name is given twice: two columns of a result, or a variable that exists already.',
    remedy: 'Give each its own name with AS.',
    status: 400,
    say: (facts: {what: string; name: string; hint: string}) => ({
      message: `${facts.what} "${facts.name}" is there twice`,
      hint: facts.hint,
    }),
  },
  'cypher-unknown-relationship': {
    cause: 'A relationship of a pattern is neither declared in `joins` nor a foreign key.',
    remedy: 'Declare it under the query: joins: [{id: TYPE, keys: [{label, property}, …]}].',
    status: 400,
    say: (facts: {name: string; detail: string; hint: string | undefined}) => ({
      message: `there is no relationship "${facts.name}" between these tables`,
      detail: facts.detail,
      hint: facts.hint,
    }),
  },
  'cypher-unknown-function': {
    cause: 'A query calls a function that openCypher does not have, or that this version lacks.',
    remedy: 'Use a function of docs/queries.md.',
    status: 400,
    say: (facts: {name: string; nearest: string | undefined}) => ({
      message: `there is no function "${facts.name}"`,
      hint:
        facts.nearest === undefined
          ? 'docs/queries.md lists what there is'
          : `did you mean "${facts.nearest}"?`,
    }),
  },
  'cypher-arguments': {
    cause:
      'A function of a query is called with too few, too many, or the wrong kind of arguments.',
    remedy: 'Call it as docs/queries.md shows.',
    status: 400,
    say: (facts: {name: string; usage: string}) => ({
      message: `function "${facts.name}" is not called so`,
      detail: `It takes ${facts.usage}.`,
    }),
  },
  'cypher-misplaced': {
    cause: 'An aggregate, a pattern or a variable stands where openCypher does not allow it.',
    remedy: 'Move it as the hint says, mostly into a WITH before.',
    status: 400,
    say: (facts: {message: string; hint?: string | undefined}) => ({
      message: facts.message,
      hint: facts.hint,
    }),
  },
  'cypher-not-supported': {
    cause: 'A query uses a part of openCypher that this version cannot keep up to date.',
    remedy: 'Write what the hint says instead; docs/queries.md lists what is refused.',
    status: 400,
    say: (facts: {what: string; hint: string | undefined}) => ({
      message: `${facts.what} is not supported`,
      hint: facts.hint,
    }),
  },
  'cypher-unknown-parameter': {
    cause: 'A query has a parameter, and its configuration no value for it.',
    remedy: 'Write the value under `parameters` of the query, by the name without the dollar.',
    status: 400,
    say: (facts: {name: string; nearest: string | undefined}) => ({
      message: `parameter $${facts.name} has no value`,
      hint:
        facts.nearest === undefined
          ? `write it beside the query: parameters: {${facts.name}: …}`
          : `did you mean "${facts.nearest}"?`,
    }),
  },
  'cypher-type': {
    cause: 'An operator or a function of a query cannot take a value of the type that is written.',
    remedy: 'Convert the value first, with toInteger, toFloat, toString, date and so on.',
    status: 400,
    say: (facts: {message: string; hint?: string | undefined}) => ({
      message: facts.message,
      hint: facts.hint,
    }),
  },
  'cypher-value': {
    cause: 'While a query ran, an operator or a function met a value it cannot take.',
    remedy: 'Guard the expression, with CASE or WHERE, against the rows it cannot compute.',
    status: 422,
    say: (facts: {message: string; hint?: string | undefined}) => ({
      message: facts.message,
      hint: facts.hint,
    }),
  },
  'cypher-division-by-zero': {
    cause: 'While a query ran, it divided a whole number or a numeric by zero.',
    remedy: 'Guard the division: CASE WHEN b <> 0 THEN a / b END.',
    status: 422,
    say: (facts: {dividend: string}) => ({
      message: `could not divide ${facts.dividend} by zero`,
      hint: 'guard the division: CASE WHEN b <> 0 THEN a / b END',
    }),
  },
});
