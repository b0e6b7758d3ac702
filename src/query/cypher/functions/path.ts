import {ANY, INT8} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {CypherPath} from '../values/path.ts';
import {entry, type FunctionEntry, refuse} from './entry.ts';

const USAGE: readonly [string, number] = ['a path, which a MATCH names: p = (a)-[:R]->(b)', 1];

const ofPath = (
  name: string,
  type: FunctionEntry['type'],
  read: (path: CypherPath) => Value,
): FunctionEntry =>
  entry(name, USAGE, type, (value) =>
    value instanceof CypherPath ? read(value) : refuse(name, 'a path', value),
  );

export const PATH_FUNCTIONS: readonly FunctionEntry[] = [
  ofPath('length', INT8, ({relationships}) => relationships.length),
  ofPath('nodes', ANY, ({nodes}) => nodes),
  ofPath('relationships', ANY, ({relationships}) => relationships),
];
