import type {Collation, Type} from '../data/type.ts';

/** What the catalog says of a collation, whatever the version of Postgres. */
export interface CollationFacts {
  readonly name: string;
  /** c: libc, i: ICU, b: Postgres's own, d: the database's. */
  readonly provider: string;
  readonly locale: string | null;
  /** Whose letters libc takes; ICU and Postgres's own have it in the locale. */
  readonly ctype: string | null;
  readonly deterministic: boolean;
}

// The names of the columns differ from version to version: hence the rows as JSON. They
// are colliculocale and daticulocale in 15 and 16, colllocale and datlocale from 17 on.

/** The collation of a column `a` of pg_attribute. */
export const COLUMN_COLLATION = `(
  SELECT jsonb_build_object('name', k.row ->> 'collname', 'provider', k.row ->> 'collprovider',
    'locale', coalesce(k.row ->> 'collcollate', k.row ->> 'colllocale', k.row ->> 'colliculocale'),
    'ctype', k.row ->> 'collctype', 'deterministic', (k.row ->> 'collisdeterministic')::bool)
  FROM (SELECT to_jsonb(c.*) AS row FROM pg_collation c WHERE c.oid = a.attcollation) k)`;

/** The database's own collation. */
export const DATABASE_COLLATION = `(
  SELECT jsonb_build_object('name', coalesce(d.locale, d.row ->> 'datcollate'),
    'provider', coalesce(d.row ->> 'datlocprovider', 'c'),
    'locale', coalesce(d.locale, d.row ->> 'datcollate'),
    'ctype', d.row ->> 'datctype', 'deterministic', true)
  FROM (SELECT to_jsonb(d.*) AS row,
      coalesce(to_jsonb(d.*) ->> 'datlocale', to_jsonb(d.*) ->> 'daticulocale') AS locale
    FROM pg_database d WHERE d.datname = current_database()) d)`;

const BYTEWISE = /^(?:C|POSIX|C\.utf-?8)$/i;
const ASCII = /^(?:C|POSIX)$/;
/** Languages whose letters change case by rules of their own. */
const SPECIAL = /^(?:tr|az|lt|el|nl|hy)(?:[_.@-]|$)/i;

export function collationOf({name, provider, ...facts}: CollationFacts): Collation {
  const locale = facts.locale ?? '';
  const bytewise = provider === 'b' || (provider === 'c' && BYTEWISE.test(locale));
  const ctype = provider === 'c' ? (facts.ctype ?? locale) : locale;
  return {name, bytewise, deterministic: facts.deterministic, letters: lettersOf(provider, ctype)};
}

function lettersOf(provider: string, ctype: string): Collation['letters'] {
  if (provider !== 'i' && ASCII.test(ctype)) return 'ascii';
  if (SPECIAL.test(ctype)) return 'special';
  return provider === 'i' || ctype === 'PG_UNICODE_FAST' ? 'full' : 'single';
}

/** The type with its collation, where it is not the database's own. */
export function collatedType(type: Type, facts: CollationFacts | null): Type {
  if (facts?.provider === 'd') return type;
  switch (type.kind) {
    case 'array':
      return type.element ? {...type, element: collatedType(type.element, facts)} : type;
    case 'text':
    case 'bpchar':
      return {...type, collation: facts ? collationOf(facts) : BYTES};
    default:
      return type;
  }
}

/** "char" is read as a text, and has no collation: it is compared by its byte. */
const BYTES: Collation = {name: 'C', bytewise: true, deterministic: true, letters: 'ascii'};
