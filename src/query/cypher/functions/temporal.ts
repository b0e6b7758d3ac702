import type {FunctionEntry} from './entry.ts';
import type {SpecialFunction} from './special.ts';
export const TEMPORAL_FUNCTIONS: readonly FunctionEntry[] = [];
export const TEMPORAL_SPECIALS: readonly SpecialFunction[] = [];
