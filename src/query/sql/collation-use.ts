import type {Type} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import type {Coercion} from './coerce.ts';
import {effectiveCollation, wantEquality, withCollation} from './collation.ts';
import {problemAt} from './context.ts';
import {problems} from './problems.ts';

/** Functions and operators that look for a text in another, or a value in a list. */
const TELLING = new Set([
  ...['~~', '!~~', '~~*', '!~~*', '~', '!~', '~*', '!~*', 'regexp_like', 'regexp_replace'],
  ...['regexp_match', 'regexp_count', 'regexp_substr', 'regexp_split_to_array', 'regexp_instr'],
  ...['position', 'strpos', 'replace', 'split_part', 'starts_with', 'string_to_array'],
  ...['@>', '<@', '&&', 'array_position', 'array_positions', 'array_remove', 'array_replace'],
]);

/** Those that know of upper and lower case, or of what a letter is. */
const LETTERED = new Set([
  ...['lower', 'upper', 'initcap', '~~*', '!~~*', '~', '!~', '~*', '!~*', 'regexp_like'],
  ...['regexp_replace', 'regexp_match', 'regexp_count', 'regexp_substr', 'regexp_instr'],
  ...['regexp_split_to_array'],
]);

/**
 * The types of a function's arguments as it is made for them: where it looks at letters,
 * with the collation that says which there are. Throws where the function would do
 * something else to texts of their collation.
 */
export function textTypes(name: string, args: readonly Expression[], at: Coercion): Type[] {
  const types = args.map(({type}) => type);
  if (TELLING.has(name)) wantEquality(args, at);
  if (!LETTERED.has(name)) return types;
  const collation = effectiveCollation(args, at.context);
  const folds = name !== '~' && name !== '!~' && !name.startsWith('regexp');
  const own =
    collation.letters === 'special' || (name === 'initcap' && collation.letters === 'full');
  if (folds && own) {
    throw problemAt(at.context, at.location, problems['sql-collation'], {
      message: `${name} of texts with the collation "${collation.name}" is not known here`,
      detail: 'Its letters have upper and lower case by rules of their own.',
      hint: `say whose rules to take: ${name}(value COLLATE "C.utf8")`,
    });
  }
  return types.map((type) => (type.kind === 'text' ? withCollation(type, collation) : type));
}
