import type {Collation, Type} from '../../data/type.ts';
import type {Expression, ScalarFunction} from '../expression.ts';
import {partsOf} from '../optimise-expression.ts';
import type {Coercion} from './coerce.ts';
import {type Context, notSupported, problemAt} from './context.ts';
import {problems} from './problems.ts';

/**
 * Collations are derived as Postgres derives them: an expression of texts has the one of
 * its parts, COLLATE before all, the database's own where nothing else is said, and none
 * that could be determined where two meet. Here texts are compared by their bytes alone:
 * what a collation of another order would decide is refused, and so is equality where
 * texts that differ are equal. No order of the server's is imitated: libc's and ICU's
 * change with their versions.
 */
interface Derived {
  /** Undefined for the database's own. */
  readonly collation: Collation | undefined;
  readonly explicit: boolean;
}

/** What a column of text compares by when its catalog says nothing: C.UTF-8. */
export const BYTES: Collation = {
  name: 'C.UTF-8',
  bytewise: true,
  deterministic: true,
  letters: 'single',
};

/** Two collations meet, and neither was asked for: Postgres cannot compare by it either. */
const UNDETERMINED: Collation = {...BYTES, name: '', bytewise: false, deterministic: false};

/** The collations that are there by their names alone, in every database of UTF-8. */
const NAMED = new Map<string, Collation>([
  ...['C', 'POSIX', 'ucs_basic'].map((name): [string, Collation] => [
    name,
    {...BYTES, name, letters: 'ascii'},
  ]),
  ...['C.UTF-8', 'C.utf8', 'pg_c_utf8'].map((name): [string, Collation] => [
    name,
    {...BYTES, name},
  ]),
]);

const COLLATE: ScalarFunction = {
  name: 'collate',
  strict: true,
  identity: true,
  compute: (value = null) => value,
  sql: (text = '') => `(${text} COLLATE "C")`,
};

/** `expression COLLATE "name"`. */
export function collate(arg: Expression, name: string, at: Coercion): Expression {
  if (!isText(arg.type)) {
    throw problemAt(at.context, at.location, problems['sql-type'], {
      message: 'COLLATE wants a text',
      hint: 'leave it out, or cast the value to text',
    });
  }
  const collation = NAMED.get(name);
  if (!collation) {
    const hint = 'texts are compared by their bytes here: write COLLATE "C"';
    throw notSupported(at.context, at.location, `COLLATE "${name}"`, hint);
  }
  const type = withCollation(arg.type, collation);
  return {kind: 'call', function: COLLATE, args: [arg], type};
}

/** The expression, its type told which collation its parts give it. */
export function collated(expression: Expression): Expression {
  const {kind, type} = expression;
  if (kind === 'column' || kind === 'literal' || !isText(type)) return expression;
  const {collation} = derived(expression);
  return collation === collationOf(type)
    ? expression
    : {...expression, type: withCollation(type, collation)};
}

/** The type of what is computed from others, where it is a text: with their collation. */
export const collatedType = (type: Type, from: readonly Expression[]): Type =>
  isText(type) ? withCollation(type, merged(from).collation) : type;

/** The type of a column of a set operation. */
export function commonCollation(type: Type, sides: readonly Type[]): Type {
  if (!isText(type)) return type;
  const parts = sides.filter(isText).map((side) => ({
    collation: collationOf(side),
    explicit: false,
  }));
  return withCollation(type, together(parts).collation);
}

/** The collation that texts of several expressions are compared by. */
export const effectiveCollation = (parts: readonly Expression[], context: Context): Collation =>
  merged(parts).collation ?? context.collation;

/** Texts of these expressions are put in order, or compared with `<`: by bytes, or refused. */
export function wantOrder(parts: readonly Expression[], at: Coercion): void {
  const json = parts.find(({type}) => plain(type).kind === 'jsonb');
  if (json && !at.context.collation.bytewise) {
    throw otherOrder(json, at.context.collation, at);
  }
  const texts = parts.filter(({type}) => isText(type));
  const [first] = texts;
  if (!first) return;
  const collation = effectiveCollation(texts, at.context);
  if (collation === UNDETERMINED) throw undetermined(at);
  if (!collation.bytewise) throw otherOrder(named(texts, at.context) ?? first, collation, at);
}

/** Texts of these expressions are told apart: `=`, GROUP BY, DISTINCT, LIKE. */
export function wantEquality(parts: readonly Expression[], at: Coercion): void {
  const texts = parts.filter(({type}) => isText(type));
  const [first] = texts;
  if (!first) return;
  const collation = effectiveCollation(texts, at.context);
  if (collation === UNDETERMINED) throw undetermined(at);
  if (collation.deterministic) return;
  const name = spoken(named(texts, at.context) ?? first, at.context);
  throw problemAt(at.context, at.location, problems['sql-collation'], {
    message: `${name} cannot be told apart as the database does`,
    detail: `Its collation "${collation.name}" has texts that differ and yet are equal; here only the same texts are.`,
    hint: `compare the texts themselves: ${written(name)} COLLATE "C"`,
  });
}

function otherOrder(expression: Expression, collation: Collation, at: Coercion) {
  const name = spoken(expression, at.context);
  const json = plain(expression.type).kind === 'jsonb';
  return problemAt(at.context, at.location, problems['sql-collation'], {
    message: `${name} cannot be put in the order of the database`,
    detail: `Its collation is "${collation.name}", which puts texts in an order of its own; here they are in the order of their bytes.`,
    hint: json
      ? `take a part of it as a text: (${written(name)} ->> 'key') COLLATE "C"`
      : `ask for the order of bytes: ${written(name)} COLLATE "C" (as in ORDER BY ${written(name)} COLLATE "C")`,
  });
}

const undetermined = ({context, location}: Coercion) =>
  problemAt(context, location, problems['sql-collation'], {
    message: 'which collation to compare these texts by cannot be determined',
    detail: 'They have two different ones, and Postgres would not choose either.',
    hint: 'say it on one side: value COLLATE "C"',
  });

const NAMELESS = 'the text';

const spoken = (expression: Expression, context: Context): string => {
  const name = context.names.get(expression);
  return name === undefined ? NAMELESS : `"${name}"`;
};

/** The name as it is to be written in SQL: in quotes where it must be. */
const written = (name: string): string => {
  if (name === NAMELESS) return '(…)';
  const bare = name.slice(1, -1);
  return /^[a-z_][\w.]*$/.test(bare) && bare === bare.toLowerCase() ? bare : name;
};

/** The first of them that has a name of its own, or a part that does. */
function named(parts: readonly Expression[], context: Context): Expression | undefined {
  return parts.find((part) => context.names.has(part));
}

function derived(expression: Expression): Derived {
  const {kind, type} = expression;
  if (kind === 'call' && expression.function === COLLATE) {
    return {collation: collationOf(type), explicit: true};
  }
  if (kind === 'column' || kind === 'literal') {
    return {collation: collationOf(type), explicit: false};
  }
  return merged(partsOf(expression));
}

const merged = (parts: readonly Expression[]): Derived =>
  together(parts.filter(({type}) => isText(type)).map(derived));

function together(parts: readonly Derived[]): Derived {
  let found: Derived = {collation: undefined, explicit: false};
  for (const next of parts) {
    if (found.collation?.name === next.collation?.name || next.explicit !== found.explicit) {
      if (next.explicit) found = next;
      continue;
    }
    if (found.collation === undefined) found = next;
    else if (next.collation !== undefined) found = {...found, collation: UNDETERMINED};
  }
  return found;
}

const plain = (type: Type): Type =>
  type.kind === 'array' && type.element ? plain(type.element) : type;

/** Whether its values have a collation: texts, and lists of them. */
const isText = (type: Type): boolean => {
  const {kind} = plain(type);
  return kind === 'text' || kind === 'bpchar' || kind === 'unknown';
};

const collationOf = (type: Type): Collation | undefined => plain(type).collation;

/** The type with a collation; without one, the database's own. */
export function withCollation(type: Type, collation: Collation | undefined): Type {
  if (collationOf(type) === collation) return type;
  if (type.kind === 'array') {
    return type.element ? {...type, element: withCollation(type.element, collation)} : type;
  }
  const {collation: _, ...rest} = type;
  return collation ? {...rest, collation} : rest;
}
