import type pg from 'pg';

/** Rows of `metrics`; the names of the first are those of the tutorial. */
const METRICS = 2000;

/** Procedures of writers that work for so many seconds. Each commit is a step of its own. */
export const SOAK_TABLES = `
  INSERT INTO metrics SELECT n, coalesce(
      ('{cpu_usage,memory_usage,disk_usage,error_rate}'::text[])[n], 'metric ' || n),
    n % 100, 'percent' FROM generate_series(1, ${METRICS}) n;

  CREATE PROCEDURE updates(seconds int, per_second float) LANGUAGE plpgsql AS $$
    DECLARE begun timestamptz := clock_timestamp(); spent float := 0; done bigint := 0; one int;
    BEGIN
      WHILE spent < seconds LOOP
        -- Chosen before: for each row anew it would lock several, and two writers each other.
        one := 1 + floor(${METRICS} * power(random(), 3))::int;
        UPDATE metrics SET value = (random() * 100)::numeric(10,2), updated_at = clock_timestamp()
          WHERE id = one;
        COMMIT;
        done := done + 1;
        spent := extract(epoch FROM clock_timestamp() - begun);
        -- Who was held up does not make up for it all at once.
        IF done < spent * per_second - per_second THEN done := spent * per_second; END IF;
        IF done > spent * per_second THEN PERFORM pg_sleep(done / per_second - spent); END IF;
      END LOOP;
    END $$;

  CREATE PROCEDURE waves(seconds int, wave_seconds int, low int, high int) LANGUAGE plpgsql AS $$
    DECLARE begun timestamptz := clock_timestamp(); spent float := 0; goal int;
      first int := 1; next int := 1;
    BEGIN
      WHILE spent < seconds LOOP
        goal := low + (high - low) * (1 - cos(2 * pi() * spent / wave_seconds)) / 2;
        IF next - first < goal THEN
          INSERT INTO alerts SELECT n, 'metric ' || 1 + n % ${METRICS},
              CASE WHEN n % 20 = 0 THEN 'critical' ELSE 'warning' END, repeat('high ', n % 40), false
            FROM generate_series(next, next + 49) n;
          next := next + 50;
        ELSE
          DELETE FROM alerts WHERE id >= first AND id < first + 50;
          first := first + 50;
        END IF;
        UPDATE alerts SET acknowledged = NOT acknowledged WHERE id = first + 7 * (next - first) / 8;
        COMMIT;
        PERFORM pg_sleep(0.01);
        spent := extract(epoch FROM clock_timestamp() - begun);
      END LOOP;
    END $$;

  CREATE PROCEDURE batches(seconds int) LANGUAGE plpgsql AS $$
    DECLARE begun timestamptz := clock_timestamp(); part int;
    BEGIN
      WHILE clock_timestamp() < begun + make_interval(secs => seconds) LOOP
        part := floor(random() * 4)::int;
        UPDATE metrics SET value = (value + 1) % 100 WHERE id % 4 = part;
        COMMIT;
        PERFORM pg_sleep(1);
      END LOOP;
    END $$;`;

/** Queries besides those of the tutorial. */
export const SOAK_QUERIES = `
  - id: by-severity
    autoStart: true
    queryLanguage: SQL
    query: SELECT severity, count(*) AS count, max(id) AS latest FROM alerts GROUP BY severity
    sources: [{sourceId: operations}]
  - id: critical-values
    autoStart: true
    queryLanguage: SQL
    query: |
      SELECT a.id, m.name, m.value FROM alerts a JOIN metrics m ON m.name = a.metric_name
      WHERE a.severity = 'critical'
    sources: [{sourceId: operations}]
`;

/** Each query as a question to Postgres; but for the times, whose text is another there. */
const ANSWERS: Readonly<Record<string, string>> = {
  'current-metrics': 'SELECT id, name, value, unit FROM metrics',
  'active-alerts':
    'SELECT id, metric_name, severity, message FROM alerts WHERE acknowledged = false',
  'critical-metrics': `SELECT name, value, unit FROM metrics
    WHERE (name = 'cpu_usage' AND value > 80) OR (name = 'memory_usage' AND value > 85)
      OR (name = 'disk_usage' AND value > 90) OR (name = 'error_rate' AND value > 5)`,
  'by-severity':
    'SELECT severity, count(*) AS count, max(id) AS latest FROM alerts GROUP BY severity',
  'critical-values': `SELECT a.id, m.name, m.value FROM alerts a
    JOIN metrics m ON m.name = a.metric_name WHERE a.severity = 'critical'`,
};

/** What is wrong with results of a client, beside what Postgres answers; empty: nothing. */
export async function differences(
  client: pg.Client,
  rows: (queryId: string) => ReadonlyMap<string, string>,
): Promise<string[]> {
  const found: string[] = [];
  for (const [id, sql] of Object.entries(ANSWERS)) {
    const answer = await client.query(`SELECT row_to_json(q)::text AS row FROM (${sql}) q`);
    const theirs = answer.rows.map(({row}) => String(row)).sort();
    const ours = Array.from(rows(id).values(), withoutTimes).sort();
    const at = theirs.findIndex((row, i) => row !== ours[i]);
    if (at < 0 && ours.length === theirs.length) continue;
    found.push(
      `${id}: ${ours.length} rows, ${theirs.length} in Postgres; ${ours[at]}, ${theirs[at]}`,
    );
  }
  return found;
}

const withoutTimes = (text: string): string =>
  text.replace(/,"(updated_at|created_at)":"[^"]*"/g, '');
