import {type Loaded, type ReadOptions, readConfig} from '../../src/config/read.ts';
import {type Problem, problemsOf} from '../../src/lib/problem.ts';

/** A configuration in which nothing is wrong, in snake_case as old files of Drasi have it. */
export const SNAKE = `
id: shop
log_level: info
state_store:
  kind: redb
  path: /data/state.redb
sources:
  - kind: postgres
    id: orders-db
    host: db
    port: 5433
    database: shop
    user: reader
    password: hunter2
    tables: [public.orders]
    slot_name: shop_slot
    publication_name: shop_publication
    table_keys:
      - table: orders
        key_columns: [region, number]
    bootstrap_provider:
      type: postgres
queries:
  - id: late-orders
    query: |
      MATCH (o:orders)
      WHERE o.late RETURN o.id
    sources:
      - source_id: orders-db
        nodes: [orders]
    auto_start: true
reactions:
  - kind: sse
    id: stream
    queries: [late-orders]
    port: 8081
    sse_path: /late
    heartbeat_interval_ms: 1000
    routes:
      late-orders:
        added:
          template: "{{after.id}}"
          path: added
  - kind: log
    id: lines
    queries: [late-orders]
    default_template:
      deleted:
        template: "gone"
`;

export const read = (text: string, options: Partial<ReadOptions> = {}): Loaded =>
  readConfig({text, file: 'app.yaml', env: {}, ...options});

/** The problems of a text; none, when it can be read. */
export function problemsIn(text: string, options: Partial<ReadOptions> = {}): readonly Problem[] {
  try {
    read(text, options);
    return [];
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) throw error;
    return problems;
  }
}

/** `12:5 unknown-key`, for each problem of a text. */
export const told = (text: string, options: Partial<ReadOptions> = {}): string[] =>
  problemsIn(text, options).map(
    ({code, place}) => `${place ? `${place.line}:${place.column} ` : ''}${code}`,
  );

/** `text` with `part` replaced, which must be there. */
export function changed(text: string, part: string, replacement: string): string {
  if (!text.includes(part)) throw new Error(`the text has no ${JSON.stringify(part)}`);
  return text.replace(part, () => replacement);
}
