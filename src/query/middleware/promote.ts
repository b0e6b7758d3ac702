import {ANY} from '../../data/type.ts';
import {call, lenient} from '../cypher/lower/function.ts';
import {documentOf} from '../cypher/lower/open-node.ts';
import {isList} from '../cypher/values/any.ts';
import {type Element, propertyOf, selection, withProperty} from './element.ts';
import type {JsonPath} from './json-path.ts';
import type {Step} from './middleware.ts';
import {problems} from './problems.ts';
import {without} from './rewrite.ts';
import type {Settings} from './settings.ts';

interface Mapping {
  readonly path: JsonPath;
  readonly target: string;
}

/** Values from deep inside of properties as properties of their own. */
export function promote(settings: Settings): Step {
  settings.only('mappings', 'on_conflict', 'on_error');
  const conflict = settings.word('on_conflict', ['overwrite', 'skip', 'fail'], 'overwrite');
  const skips = settings.word('on_error', ['fail', 'skip'], 'fail') === 'skip';
  const {name} = settings;
  const mappings = settings.items('mappings').map((item): Mapping => {
    item.only('path', 'target_name');
    return {path: item.path('path'), target: item.text('target_name')};
  });
  return (elements) =>
    mappings.reduce((all, mapping) => {
      const reaches = (element: Element): boolean => canSelect(element, mapping.path);
      if (!all.some(reaches)) throw without(name, mapping.path.text, all);
      return all.map((element) => {
        if (!reaches(element)) return element;
        const taken = propertyOf(element, mapping.target) !== undefined && !isOpen(element);
        if (taken && conflict === 'skip') return element;
        if (taken && conflict === 'fail') throw takenName(name, mapping.target);
        return promoted(element, mapping, {name, skips});
      });
    }, elements);
}

/** Whether the rows can have what the path begins with. */
function canSelect(element: Element, {steps: [first]}: JsonPath): boolean {
  return first?.kind !== 'name' || propertyOf(element, first.name) !== undefined;
}

const isOpen = (element: Element): boolean => documentOf(element.table) !== undefined;

function takenName(name: string, property: string): Error {
  const what = `target_name "${property}", which a table has already,`;
  const hint = 'choose another name, or set on_conflict: overwrite or skip';
  return problems['middleware-not-supported']({name, what, hint});
}

function promoted(
  element: Element,
  {path, target}: Mapping,
  {name, skips}: {name: string; skips: boolean},
): Element {
  const one = lenient(`${name}(${path.text})`, (values) => {
    const all = isList(values) ? values : [];
    const [first = null] = all;
    if (all.length === 1 || skips) return all.length === 1 ? first : null;
    const message = `${path.text} selects ${all.length} values, and not one`;
    throw problems['middleware-value']({name, message});
  });
  return withProperty(element, target, call(one, [selection(element, path)], ANY));
}
