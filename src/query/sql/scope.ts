import type {Table} from '../../data/schema.ts';
import type {Type} from '../../data/type.ts';
import {nearest} from '../../lib/nearest.ts';
import type {Expression} from '../expression.ts';
import type {AggregateCall, Plan, SortKey, TimeCall, WindowCall} from '../plan.ts';
import {type Context, notSupported, problemAt} from './context.ts';
import {problems} from './problems.ts';
import {sameExpression} from './same.ts';
import {columnAt, outerIndex} from './slots.ts';
import type {NamedWindows} from './window-definition.ts';

/** A column as a name sees it. */
export interface NamedColumn {
  readonly name: string;
  readonly expression: Expression;
}

/** A table, subquery or function of FROM, under its name or alias. */
export interface Relation {
  readonly name: string;
  readonly schema: string | undefined;
  readonly columns: readonly NamedColumn[];
  /** The table it is, where it is one: its key decides over the rest of a row. */
  readonly table: Table | undefined;
}

/** What names mean in a SELECT: relations, and the columns that `*` and bare names see. */
export interface Scope {
  readonly relations: readonly Relation[];
  readonly visible: readonly NamedColumn[];
}

export const EMPTY_SCOPE: Scope = {relations: [], visible: []};

/**
 * The border between a subquery (or a LATERAL item) and the query around it. What it
 * reads of the query around is collected in `refs`, as expressions over that one's row.
 */
export interface Frame {
  readonly outer: Site;
  readonly refs: Expression[];
}

/** A WITH query: its plan, and the frame that its plan's outer columns count in. */
export interface WithQuery {
  readonly plan: Plan;
  readonly frame: Frame | undefined;
}

export type WithQueries = ReadonlyMap<string, WithQuery>;

/** What one SELECT computes besides its columns; expressions refer to it by slots. */
export interface Level {
  readonly aggregates: AggregateCall[];
  readonly windows: WindowUse[];
  readonly subqueries: Subquery[];
  readonly times: TimeCall[];
  /** The arguments of each GROUPING(). */
  readonly groupings: (readonly Expression[])[];
}

export interface WindowUse {
  readonly call: WindowCall;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
}

/** A subquery used as a value. `refs` are what its plan's outer columns stand for. */
export interface Subquery {
  readonly kind: 'scalar' | 'exists' | 'in' | 'compared';
  readonly plan: Plan;
  readonly refs: readonly Expression[];
  /** For `in`: the condition between `left` and the plan's only column. */
  readonly equal: ((left: Expression, right: Expression) => Expression) | undefined;
  /** For `compared`: what `left` is compared with, and how. */
  readonly bounds?: Bounds;
  /** Where only truth counts, not whether it is false or not known: this one does as well. */
  readonly semi?: Subquery;
  readonly left: Expression | undefined;
  readonly type: Type;
  /** Whether it has at most one row by what it is: an aggregate without GROUP BY. */
  readonly single: boolean;
}

/** `x < ANY (SELECT …)` and its like: decided by the least and the greatest of the rows. */
export interface Bounds {
  readonly all: boolean;
  /** Whether the comparison holds for some of the rows' values (for `all`: for all). */
  readonly holds: (left: Expression, ends: {least: Expression; greatest: Expression}) => Expression;
}

/** Where an expression stands: what it may refer to, and where what it uses is collected. */
export interface Site {
  readonly context: Context;
  readonly scope: Scope;
  readonly frame: Frame | undefined;
  readonly withQueries: WithQueries;
  readonly level: Level;
  /** The clause, for messages: `WHERE`. */
  readonly clause: string;
  readonly aggregates: boolean;
  readonly windows: boolean;
  /** The names that the select list gives, which expressions cannot read. */
  readonly selected: ReadonlySet<string>;
  /** What WINDOW defines. */
  readonly namedWindows: NamedWindows;
  /** Whether the passing of time may decide here, over rows of tables or over groups. */
  readonly clock: 'rows' | 'groups' | undefined;
}

export const newLevel = (): Level => ({
  aggregates: [],
  windows: [],
  subqueries: [],
  times: [],
  groupings: [],
});

/** What a name means; undefined where nobody has it. */
function lookup(site: Site, parts: readonly string[], location: number): Expression | undefined {
  const found =
    parts.length === 1 ? bare(site, parts[0] ?? '', location) : qualified(site, parts, location);
  if (found || !site.frame) return found;
  const {outer, refs} = site.frame;
  const around = lookup(outer, parts, location);
  if (!around) return undefined;
  const known = refs.findIndex((ref) => sameExpression(ref, around));
  const at = known < 0 ? refs.push(around) - 1 : known;
  return columnAt(outerIndex(at), around.type);
}

function bare({context, scope}: Site, name: string, location: number): Expression | undefined {
  const found = scope.visible.filter((column) => column.name === name);
  if (found.length > 1) throw ambiguous(context, location, name);
  return found[0]?.expression;
}

function qualified(site: Site, parts: readonly string[], location: number): Expression | undefined {
  const {context, scope} = site;
  const [name = '', relationName = '', schema] = [...parts].reverse();
  const relation = scope.relations.find(
    (one) => one.name === relationName && (schema === undefined || one.schema === schema),
  );
  if (!relation) return undefined;
  const found = relation.columns.filter((column) => column.name === name);
  if (found.length > 1) throw ambiguous(context, location, name);
  const [column] = found;
  if (column) return column.expression;
  throw unknownColumn(site, location, {parts, known: relation.columns});
}

const ambiguous = (context: Context, location: number, name: string) =>
  problemAt(context, location, problems['sql-ambiguous'], {
    message: `the column "${name}" is in several tables of FROM`,
    hint: `write the table before it: t.${name}`,
  });

/** `known`: the columns among which it was looked for. */
function unknownColumn(
  {context, selected}: Site,
  location: number,
  {parts, known}: {readonly parts: readonly string[]; readonly known: readonly NamedColumn[]},
) {
  const names = [...new Set(known.map(({name}) => name))];
  const [name = ''] = parts;
  return problemAt(context, location, problems['sql-unknown-column'], {
    name: parts.join('.'),
    nearest: nearest(parts.at(-1) ?? '', names),
    known: names.slice(0, KNOWN_MAX),
    quoted: Buffer.from(context.text)[location] === QUOTE,
    selected: parts.length === 1 && selected.has(name),
  });
}

const QUOTE = '"'.charCodeAt(0);
/** Columns that are told of at most. */
const KNOWN_MAX = 40;

/** The expression a column's name stands for; throws where there is none. */
export function columnNamed(site: Site, parts: readonly string[], location: number): Expression {
  const found = lookup(site, parts, location);
  if (found) return found;
  const {context, scope} = site;
  if (parts.length === 1 && scope.relations.some(({name}) => name === parts[0])) {
    throw notSupported(context, location, 'a whole row as a value', `write ${parts[0]}.*`);
  }
  throw unknownColumn(site, location, {parts, known: scope.visible});
}
