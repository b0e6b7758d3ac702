import type {Table} from '../data/schema.ts';

/** What a query may refer to: the tables of its sources, and the relationships it declares. */
export interface Catalog {
  readonly tables: readonly Table[];
  /** Drasi's `joins`: `id` is the relationship's type in a pattern; nodes whose keys are equal are related. */
  readonly joins: readonly JoinDeclaration[];
}

/** A table as a configuration names it; without a schema, the database's search path decides. */
export interface TableName {
  readonly schema: string | undefined;
  readonly name: string;
}

export interface JoinDeclaration {
  readonly id: string;
  readonly keys: readonly {readonly label: string; readonly property: string}[];
}

export type Language = 'Cypher' | 'GQL' | 'SQL';
