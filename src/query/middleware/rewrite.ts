import type {Type} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import {toAny} from '../cypher/lower/convert.ts';
import {call, strict} from '../cypher/lower/function.ts';
import type {Expression} from '../expression.ts';
import {type Element, propertyOf, withProperty} from './element.ts';
import type {Step} from './middleware.ts';
import {problems} from './problems.ts';
import type {Settings} from './settings.ts';

/** What is made of a value; a text says why nothing can be. */
export type Rewrite = (value: Value) => {readonly value: Value} | {readonly wrong: string};

/**
 * A middleware that makes one property of another. As in Drasi a null is left alone, and
 * a value that cannot be taken is a Problem of the row or, with on_error: skip, stays.
 */
export function rewriting(
  settings: Settings,
  {type, rewrite}: {readonly type: Type; readonly rewrite: Rewrite},
): Step {
  const {name} = settings;
  const from = settings.text('target_property');
  const to = settings.optionalText('output_property');
  const skips = settings.word('on_error', ['fail', 'skip'], 'fail') === 'skip';
  const keeps = skips && to === undefined;
  const called = strict(`${name}(${from})`, (value) => {
    const made = rewrite(value);
    if ('value' in made) return made.value;
    if (!skips) throw problems['middleware-value']({name, message: `${from}: ${made.wrong}`});
    return keeps ? value : null;
  });
  // A value that stays may be of any type.
  const made = (property: Expression): Expression =>
    call(called, [toAny(property)], keeps ? {kind: 'any'} : type);
  return (elements) => {
    const has = (element: Element): boolean => propertyOf(element, from) !== undefined;
    if (!elements.some(has)) throw without(name, from, elements);
    return elements.map((element) => {
      const property = propertyOf(element, from);
      return property ? withProperty(element, to ?? from, made(property)) : element;
    });
  };
}

export function without(name: string, property: string, elements: readonly Element[]): Error {
  const known = elements.flatMap(({table}) =>
    table.columns.map((column) => `${table.name}.${column.name}`),
  );
  return problems['middleware-without-effect']({name, what: `property "${property}"`, known});
}
