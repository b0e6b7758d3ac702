import type {Integer} from '../../data/integer.ts';
import type {Span} from './text.ts';

/** A query as written. `parts.length - 1` unions stand between the parts. */
export interface Query {
  readonly parts: readonly SingleQuery[];
  /** Whether UNION ALL joins the parts; all unions of a query are of one sort. */
  readonly all: boolean;
  readonly span: Span;
}

export interface SingleQuery {
  /** The last one is a `return`, and no other. */
  readonly clauses: readonly Clause[];
  readonly span: Span;
}

export type Clause = Match | Unwind | Filter | Projection;

export interface Match {
  readonly kind: 'match';
  readonly optional: boolean;
  readonly patterns: readonly Pattern[];
  readonly where: Expr | undefined;
  readonly span: Span;
}

export interface Unwind {
  readonly kind: 'unwind';
  readonly list: Expr;
  readonly variable: Name;
  readonly span: Span;
}

/** GQL's FILTER. */
export interface Filter {
  readonly kind: 'filter';
  readonly where: Expr;
  readonly span: Span;
}

/** WITH and RETURN; of GQL also LET, YIELD, and a RETURN before NEXT, which all are a `with`. */
export interface Projection {
  readonly kind: 'with' | 'return';
  /** As the query has it. */
  readonly word: 'WITH' | 'RETURN' | 'LET' | 'YIELD';
  readonly distinct: boolean;
  /** `*`: everything in scope comes along, before the items. */
  readonly star: boolean;
  readonly items: readonly Item[];
  /** What GROUP BY names; undefined: the items without an aggregate. */
  readonly groupBy: readonly Expr[] | undefined;
  readonly orderBy: readonly SortItem[];
  readonly skip: Expr | undefined;
  readonly limit: Expr | undefined;
  /** Of WITH only: HAVING. */
  readonly where: Expr | undefined;
  readonly span: Span;
}

export interface Item {
  readonly expression: Expr;
  readonly alias: Name | undefined;
}

export interface SortItem {
  readonly expression: Expr;
  readonly descending: boolean;
}

/** A name that the query gives or uses. */
export interface Name {
  readonly name: string;
  readonly span: Span;
}

/** `(a)-[r:T]->(b)…`: one more node than relationships. */
export interface Pattern {
  /** Of a named path: `p = (a)--(b)`. */
  readonly variable: Name | undefined;
  readonly nodes: readonly NodePattern[];
  readonly relationships: readonly RelationshipPattern[];
  readonly span: Span;
}

export interface NodePattern {
  readonly variable: Name | undefined;
  readonly labels: Labels | undefined;
  readonly properties: MapExpr | Parameter | undefined;
  readonly where: Expr | undefined;
  readonly span: Span;
}

/** Which labels are meant: `A`, `A&B` or `A:B`, `A|B`, `!A`, and `%` for whichever. */
export type Labels =
  | {readonly kind: 'label'; readonly name: Name}
  /** Two or more. */
  | {readonly kind: 'and' | 'or'; readonly args: readonly Labels[]}
  | {readonly kind: 'not'; readonly of: Labels}
  | {readonly kind: 'any'};

export interface RelationshipPattern {
  readonly variable: Name | undefined;
  /** Alternatives; none means any type. */
  readonly types: readonly Name[];
  readonly direction: 'right' | 'left' | 'either';
  /** `*`, `*2`, `*1..3`: undefined where the relationship is a single one. */
  readonly length: {readonly min: number | undefined; readonly max: number | undefined} | undefined;
  readonly properties: MapExpr | Parameter | undefined;
  readonly where: Expr | undefined;
  readonly span: Span;
}

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | 'in'
  | 'starts with'
  | 'ends with'
  | 'contains'
  | '=~';

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export interface Parameter {
  readonly kind: 'parameter';
  readonly name: string;
  readonly span: Span;
}

export interface MapExpr {
  readonly kind: 'map';
  readonly entries: readonly {readonly key: string; readonly value: Expr}[];
  readonly span: Span;
}

/** An expression as written. Every kind carries where it stands. */
export type Expr =
  | {readonly kind: 'null'; readonly span: Span}
  | {readonly kind: 'boolean'; readonly value: boolean; readonly span: Span}
  | {readonly kind: 'integer'; readonly value: Integer; readonly span: Span}
  | {readonly kind: 'float'; readonly value: number; readonly span: Span}
  | {readonly kind: 'string'; readonly value: string; readonly span: Span}
  | {readonly kind: 'variable'; readonly name: string; readonly span: Span}
  | Parameter
  | {readonly kind: 'list'; readonly items: readonly Expr[]; readonly span: Span}
  | MapExpr
  | {readonly kind: 'property'; readonly of: Expr; readonly key: Name; readonly span: Span}
  | {readonly kind: 'index'; readonly of: Expr; readonly index: Expr; readonly span: Span}
  | Slice
  | {readonly kind: 'labels'; readonly of: Expr; readonly labels: Labels; readonly span: Span}
  | {readonly kind: 'isNull'; readonly of: Expr; readonly negated: boolean; readonly span: Span}
  | {readonly kind: 'not'; readonly of: Expr; readonly span: Span}
  | Sign
  /** Two arguments or more. */
  | {readonly kind: 'and' | 'or' | 'xor'; readonly args: readonly Expr[]; readonly span: Span}
  | Binary
  | Comparison
  | Call
  | {readonly kind: 'countStar'; readonly span: Span}
  | Case
  | ListComprehension
  | Quantifier
  | Reduce
  | {readonly kind: 'pattern'; readonly pattern: Pattern; readonly span: Span}
  | PatternComprehension
  | Exists
  | MapProjection;

export interface Sign {
  readonly kind: 'minus' | 'plus';
  readonly of: Expr;
  readonly span: Span;
}

export interface Slice {
  readonly kind: 'slice';
  readonly of: Expr;
  readonly from: Expr | undefined;
  readonly to: Expr | undefined;
  readonly span: Span;
}

export interface Binary {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
  readonly span: Span;
}

/** `a < b <= c`: every neighbouring pair must hold. One operator or more. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly operators: readonly ComparisonOperator[];
  readonly operands: readonly Expr[];
  readonly span: Span;
}

export interface Call {
  readonly kind: 'call';
  /** As written, with its namespace: `duration.between`. */
  readonly name: string;
  readonly distinct: boolean;
  readonly args: readonly Expr[];
  readonly span: Span;
}

export interface Case {
  readonly kind: 'case';
  readonly subject: Expr | undefined;
  readonly branches: readonly {readonly when: Expr; readonly value: Expr}[];
  readonly otherwise: Expr | undefined;
  readonly span: Span;
}

export interface ListComprehension {
  readonly kind: 'listComprehension';
  readonly variable: Name;
  readonly list: Expr;
  readonly where: Expr | undefined;
  readonly map: Expr | undefined;
  readonly span: Span;
}

export interface Quantifier {
  readonly kind: 'quantifier';
  readonly which: 'all' | 'any' | 'none' | 'single';
  readonly variable: Name;
  readonly list: Expr;
  readonly where: Expr;
  readonly span: Span;
}

export interface Reduce {
  readonly kind: 'reduce';
  readonly accumulator: Name;
  readonly initial: Expr;
  readonly variable: Name;
  readonly list: Expr;
  readonly body: Expr;
  readonly span: Span;
}

export interface PatternComprehension {
  readonly kind: 'patternComprehension';
  readonly pattern: Pattern;
  readonly where: Expr | undefined;
  readonly map: Expr;
  readonly span: Span;
}

/** `EXISTS {…}` and `exists(pattern)`. */
export interface Exists {
  readonly kind: 'exists';
  readonly patterns: readonly Pattern[];
  readonly where: Expr | undefined;
  readonly span: Span;
}

/** `n {.a, b: 1, .*}`. */
export interface MapProjection {
  readonly kind: 'mapProjection';
  readonly of: Name;
  readonly items: readonly (
    | {readonly kind: 'all'}
    | {readonly kind: 'property'; readonly key: Name}
    | {readonly kind: 'entry'; readonly key: string; readonly value: Expr}
  )[];
  readonly span: Span;
}
