/**
 * One comparison: tables, what is written to them, and a query. It is plain data, so that
 * one which failed can be kept in `cases/` and is compared for ever.
 */
export interface OracleCase {
  /** Where it came from, or what it once broke. */
  readonly name: string;
  /** CREATE TABLE statements. */
  readonly tables: readonly string[];
  /** Each a transaction: its statements in order. ROLLBACK as the last one undoes it. */
  readonly commits: readonly (readonly string[])[];
  readonly query: string;
  /** The rows of the result have an order that ORDER BY decides entirely. */
  readonly ordered: boolean;
  /**
   * Which of equal values stands for all of them (1.0 or 1.00) is not said by SQL: they
   * are compared as numbers.
   */
  readonly loose: boolean;
}
