import type {Table} from '../../../data/schema.ts';
import type {Type} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import {moved} from './move.ts';

/** What a name stands for, in terms of the columns of the rows at hand. */
export type Binding =
  | ValueBinding
  | NodeBinding
  | RelationshipBinding
  /** A name that was not found, reported already: nothing more is said of it. */
  | {readonly kind: 'unknown'};

export interface ValueBinding {
  readonly kind: 'value';
  readonly expression: Expression;
}

/** A row of a table: its columns stand side by side from `offset` on. */
export interface NodeBinding {
  readonly kind: 'node';
  readonly table: Table;
  readonly offset: number;
  /** A column that is null exactly where the node is; undefined where it never is. */
  readonly presence: number | undefined;
}

/** A relationship holds nothing but its type: it follows from its two nodes. */
export interface RelationshipBinding {
  readonly kind: 'relationship';
  readonly type: string;
  readonly from: NodeBinding;
  readonly to: NodeBinding;
}

/** The names that can be used at a place of the query. */
export interface Scope {
  readonly names: ReadonlyMap<string, Binding>;
  /** How many columns the rows have: the variables of a fold stand after them. */
  readonly width: number;
  /**
   * Expressions, by their printed form, that are columns already: what a grouping or a
   * DISTINCT has computed and can be said again after it.
   */
  readonly computed: ReadonlyMap<string, Expression>;
  /** Why a name is not there that the reader expects, as a hint. */
  readonly lost: ReadonlyMap<string, string>;
}

export const EMPTY_SCOPE: Scope = {
  names: new Map(),
  width: 0,
  computed: new Map(),
  lost: new Map(),
};

export function column(index: number, type: Type): Expression {
  return {kind: 'column', index, type};
}

/** The scope with one name more, or with another meaning of it. */
export function withName(scope: Scope, name: string, binding: Binding): Scope {
  return {...scope, names: new Map([...scope.names, [name, binding]])};
}

/** The bindings of a scope, its columns moved `by` places to the right. */
export function shifted(binding: Binding, by: number): Binding {
  switch (binding.kind) {
    case 'unknown':
      return binding;
    case 'value':
      return {...binding, expression: moved(binding.expression, by)};
    case 'node':
      return shiftedNode(binding, by);
    case 'relationship':
      return {
        ...binding,
        from: shiftedNode(binding.from, by),
        to: shiftedNode(binding.to, by),
      };
  }
}

function shiftedNode(node: NodeBinding, by: number): NodeBinding {
  const presence = node.presence === undefined ? undefined : node.presence + by;
  return {...node, offset: node.offset + by, presence};
}
