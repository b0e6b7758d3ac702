import {catalogue} from '../../lib/problem.ts';

interface Said {
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

interface UnknownColumn {
  readonly name: string;
  readonly nearest: string | undefined;
  /** Columns that there are. */
  readonly known?: readonly string[];
  readonly quoted?: boolean;
  /** Whether the select list calls one of its expressions so: its names are for ORDER BY alone. */
  readonly selected?: boolean;
}

/** Other databases take a text in double quotes, too. */
function columnHint(name: string, why: Pick<UnknownColumn, 'quoted' | 'selected'>) {
  if (why.selected)
    return `write what "${name}" stands for, or read it around: SELECT * FROM (…) q WHERE ${name} …`;
  return why.quoted ? `a text stands in single quotes: '${name}'` : undefined;
}

const said = ({message, detail, hint}: Said): Said => ({message, detail, hint});

/** What can be wrong with a query in SQL, or go wrong while it runs. */
export const problems = catalogue({
  'sql-syntax': {
    cause: "A query is not SQL as Postgres's own grammar has it.",
    remedy: 'Mend the text at the place told; `psql` says the same of it.',
    status: 400,
    say: said,
  },
  'sql-too-deep': {
    cause: 'A query in SQL nests deeper than the service takes, or chains too many operators.',
    remedy: 'Write long chains as lists: `x IN (…)`, `concat(…)`, VALUES; or split the query.',
    status: 400,
    say: ({max}: {max: number}) => ({
      message: 'the query is nested too deep',
      detail: `The limit is ${max} operators, parentheses or comments within each other.`,
      hint: 'write long chains as lists, such as x IN (…), or split the query',
    }),
  },
  'sql-statement': {
    cause: 'A query is not one SELECT: it writes, defines, or is several statements.',
    remedy: 'Keep one SELECT (or VALUES, or WITH … SELECT). Change data in Postgres itself.',
    status: 400,
    say: said,
  },
  'sql-not-supported': {
    cause: 'A query uses a part of SQL that cannot be kept up to date, or is not there yet.',
    remedy: 'Write what the hint says instead; docs/queries.md lists what is refused.',
    status: 400,
    say: ({what, hint}: {what: string; hint?: string | undefined}) => ({
      message: `${what} is not supported`,
      hint,
    }),
  },
  'sql-unknown-table': {
    cause: 'A table of a query is not among the tables of its source, nor a WITH query.',
    remedy:
      'Write the table as the database has it, with its schema if that is not public, or add it ' +
      'to the tables of the source.',
    status: 400,
    say: ({name, known, hint}: {name: string; known: string; hint?: string}) => ({
      message: `there is no table "${name}"`,
      detail: known,
      hint,
    }),
  },
  'sql-unknown-column': {
    cause: 'A column of a query is in none of the tables of its FROM.',
    remedy: 'Write the column as the database has it; quote it where it has capital letters.',
    status: 400,
    say: ({name, nearest, known, ...why}: UnknownColumn) => ({
      message: `there is no column "${name}"`,
      detail:
        nearest === undefined && known?.length ? `The columns are ${known.join(', ')}.` : undefined,
      hint:
        why.selected || nearest === undefined
          ? columnHint(name, why)
          : `did you mean "${nearest}"?`,
    }),
  },
  'sql-ambiguous': {
    cause: 'A name of a query could mean several things: columns of two tables, two functions.',
    remedy: "Write the table's name or alias before the column, or cast the arguments.",
    status: 400,
    say: said,
  },
  'sql-unknown-function': {
    cause: 'A query calls a function or an operator that is not there for these types.',
    remedy: 'Cast the arguments to one of the signatures told; docs/queries.md lists them all.',
    status: 400,
    say: said,
  },
  'sql-type': {
    cause: 'Parts of a query have types that do not fit together.',
    remedy: 'Cast one of them: `value::type`.',
    status: 400,
    say: said,
  },
  'sql-collation': {
    cause:
      'A query orders texts, or compares them with `<`, whose collation in the database is of another order than that of their bytes; or tells texts apart that a nondeterministic collation has as equal.',
    remedy:
      'Say that the order of bytes will do, where the texts are compared: `ORDER BY name COLLATE "C"`, `min(name COLLATE "C")`.',
    status: 400,
    say: said,
  },
  'sql-grouping': {
    cause: 'A query reads a column that is neither grouped by nor inside of an aggregate.',
    remedy: 'Name the column in GROUP BY, or put it into an aggregate such as max().',
    status: 400,
    say: said,
  },
  'sql-misplaced': {
    cause: 'A part of a query stands where SQL does not allow it.',
    remedy: 'Move it as the message says.',
    status: 400,
    say: said,
  },
  'sql-literal': {
    cause: 'A constant of a query is no value of the type it is taken for.',
    remedy: 'Write it as Postgres prints values of that type.',
    status: 400,
    say: said,
  },
  'sql-value': {
    cause: 'While a query ran, a function met a value that Postgres does not take either.',
    remedy: 'Guard the expression, with CASE or WHERE, against the rows it cannot compute.',
    status: 422,
    say: said,
  },
  'sql-division-by-zero': {
    cause: 'While a query ran, it divided by zero, which is an error in SQL.',
    remedy: 'Guard the division: `x / NULLIF(y, 0)`.',
    status: 422,
    say: () => ({message: 'division by zero', hint: 'guard the division: x / NULLIF(y, 0)'}),
  },
  'sql-out-of-range': {
    cause: 'While a query ran, a result did not fit its type.',
    remedy: 'Compute in a larger type: `x::int8 * y`, `x::numeric`.',
    status: 422,
    say: ({type}: {type: string}) => ({
      message: `${type} out of range`,
      hint: 'compute in a larger type, such as int8 or numeric',
    }),
  },
});
