import {ANY} from '../../data/type.ts';
import {boxJson} from '../cypher/values/json.ts';
import type {Step} from './middleware.ts';
import {type Rewrite, rewriting} from './rewrite.ts';
import type {Settings} from './settings.ts';

/** Drasi's limits: bytes of a JSON text, and how deeply it nests. */
const SIZE_MAX = 1_048_576;
const DEPTH_MAX = 20;

/** A property that holds JSON as a text, as the maps and lists that it says. */
export function parseJson(settings: Settings): Step {
  settings.only(
    'target_property',
    'output_property',
    'on_error',
    'max_json_size',
    'max_nesting_depth',
  );
  const bytes = settings.count('max_json_size', SIZE_MAX);
  const depth = settings.count('max_nesting_depth', DEPTH_MAX);
  const rewrite: Rewrite = (value) => {
    // A column of type json is read already.
    if (typeof value !== 'string') return {wrong: 'is no text'};
    if (Buffer.byteLength(value) > bytes) return {wrong: `is longer than ${bytes} bytes`};
    if (isDeeper(value, depth)) return {wrong: `nests deeper than ${depth} levels`};
    try {
      return {value: boxJson(value)};
    } catch (error) {
      if (error instanceof SyntaxError) return {wrong: 'is no JSON'};
      throw error;
    }
  };
  return rewriting(settings, {type: ANY, rewrite});
}

function isDeeper(json: string, max: number): boolean {
  let depth = 0;
  let inside = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (inside && character === '\\') at += 1;
    else if (character === '"') inside = !inside;
    else if (inside) continue;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > max) return true;
  }
  return false;
}
