import type {TestDatabase} from './postgres.ts';
import {until} from './until.ts';

/** Waits until somebody reads a table of the database whole, as a comparison does. */
export const beingRead = (database: TestDatabase): Promise<boolean> =>
  until(
    async () => {
      const rows = await database.query(
        `SELECT FROM pg_stat_activity WHERE query LIKE 'COPY (SELECT%' AND state = 'active'
          AND datname = current_database()`,
      );
      return rows.length > 0;
    },
    {what: 'a table to be read'},
  );
