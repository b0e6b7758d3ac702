import {compareText} from '../../data/compare-text.ts';
import {parseDecimal} from '../../data/decimal.ts';
import type {Value} from '../../data/value.ts';
import {isList} from '../cypher/values/any.ts';
import {CypherMap} from '../cypher/values/map.ts';
import {compareNumbers, isNumeric} from '../cypher/values/number.ts';

/** A JSONPath (RFC 9535), the part of it that selects by name, index, `*`, `..` and `?`. */
export interface JsonPath {
  readonly text: string;
  readonly steps: readonly PathStep[];
}

export type PathStep =
  | {readonly kind: 'name'; readonly name: string}
  | {readonly kind: 'index'; readonly index: number}
  | {readonly kind: 'all'}
  /** The value and everything inside of it. */
  | {readonly kind: 'within'}
  | {readonly kind: 'filter'; readonly any: readonly (readonly PathTest[])[]};

/** `@.a == 1`; without an operator whether anything is selected. */
interface PathTest {
  readonly path: readonly PathStep[];
  readonly operator: Operator | undefined;
  readonly value: Value;
}

type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=';

const NAME = /^\.?([\p{L}_$][\p{L}\p{N}_$-]*)/u;
const BRACKET = /^\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+)|(\*))\s*\]/;
const FILTER = /^\[\?\s*\(?((?:[^\]'"]|'[^']*'|"[^"]*")*?)\)?\s*\]/;
const TEST =
  /^\s*@((?:\.[\p{L}_$][\p{L}\p{N}_$-]*|\[[^\]]*\])*)\s*(?:(==|!=|<=|>=|<|>)\s*('[^']*'|"[^"]*"|-?\d+(?:\.\d+)?|true|false|null)\s*)?$/u;

/** Undefined where the text is no path, or one that goes further than the part taken. */
export function parsePath(text: string): JsonPath | undefined {
  const steps = text.startsWith('$') ? stepsOf(text.slice(1)) : undefined;
  return steps && {text, steps};
}

function stepsOf(written: string): readonly PathStep[] | undefined {
  const steps: PathStep[] = [];
  let rest = written;
  while (rest !== '') {
    if (rest.startsWith('..')) {
      steps.push({kind: 'within'});
      rest = rest.slice(rest[2] === '[' ? 2 : 1);
    }
    const taken = rest.startsWith('[') ? bracketStep(rest) : nameStep(rest);
    if (!taken) return undefined;
    steps.push(taken.step);
    rest = rest.slice(taken.length);
  }
  return steps;
}

interface Taken {
  readonly step: PathStep;
  readonly length: number;
}

function nameStep(rest: string): Taken | undefined {
  if (rest.startsWith('.*')) return {step: {kind: 'all'}, length: 2};
  const [all, name] = (rest.startsWith('.') && NAME.exec(rest)) || [];
  return all && name ? {step: {kind: 'name', name}, length: all.length} : undefined;
}

function bracketStep(rest: string): Taken | undefined {
  const found = BRACKET.exec(rest);
  if (found) {
    const [{length}, single, double, index, star] = found;
    const name = (single ?? double)?.replace(/\\(.)/g, '$1');
    if (name !== undefined) return {step: {kind: 'name', name}, length};
    if (star !== undefined) return {step: {kind: 'all'}, length};
    return {step: {kind: 'index', index: Number(index)}, length};
  }
  const filter = FILTER.exec(rest);
  const any = filter?.[1]?.split('||').map((part) => part.split('&&').map(testOf));
  if (!filter || !any) return undefined;
  const tests = any.map((all) => all.filter((test) => test !== undefined));
  if (tests.some((all, i) => all.length < (any[i]?.length ?? 0))) return undefined;
  return {step: {kind: 'filter', any: tests}, length: filter[0].length};
}

function testOf(text: string): PathTest | undefined {
  const found = TEST.exec(text);
  const path = found && stepsOf(found[1] ?? '');
  if (!found || !path) return undefined;
  const literal = found[3];
  const value = literal === undefined ? null : literalValue(literal);
  return {path, operator: found[2] as Operator | undefined, value};
}

function literalValue(text: string): Value {
  if (/^['"]/.test(text)) return text.slice(1, -1);
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return text.includes('.') ? (parseDecimal(text) ?? null) : Number(text);
}

/** Everything that the path selects, in order. */
export function selected(steps: readonly PathStep[], root: Value): readonly Value[] {
  let values: readonly Value[] = [root];
  for (const step of steps) values = values.flatMap((value) => stepInto(step, value));
  return values;
}

function stepInto(step: PathStep, value: Value): readonly Value[] {
  switch (step.kind) {
    case 'name':
      return value instanceof CypherMap && value.entries.has(step.name)
        ? [value.get(step.name)]
        : [];
    case 'index': {
      const found = isList(value) ? value.at(step.index) : undefined;
      return found === undefined ? [] : [found];
    }
    case 'all':
      return inside(value);
    case 'within':
      return [value, ...inside(value).flatMap((inner) => stepInto(step, inner))];
    case 'filter': {
      // Of a map the test is asked of the map itself, as the library that Drasi uses has it.
      const candidates = isList(value) ? value : [value];
      return candidates.filter((one) =>
        step.any.some((all) => all.every((test) => holds(test, one))),
      );
    }
  }
}

function inside(value: Value): readonly Value[] {
  if (isList(value)) return value;
  return value instanceof CypherMap ? [...value.entries.values()] : [];
}

function holds({path, operator, value}: PathTest, one: Value): boolean {
  const [found] = selected(path, one);
  if (operator === undefined || found === undefined)
    return operator === '!=' || found !== undefined;
  const order = orderOf(found, value);
  if (operator === '==') return order === 0;
  if (operator === '!=') return order !== 0;
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

/** Undefined where the two are of different kinds. */
function orderOf(a: Value, b: Value): number | undefined {
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return a === b ? 0 : undefined;
}
