-- Moves the figures for a minute, so that there is something to watch:
--
--   npm run sql < sql/simulate.sql
--   docker compose exec -T postgres psql -U postgres -d metrics < sql/simulate.sql
--
-- A procedure, because one may commit on its way: each round is a transaction of its own
-- and is seen at once. A DO block or a function would show nothing until its end, and
-- then everything in one step.

CREATE OR REPLACE PROCEDURE pg_temp.simulate(rounds INTEGER, pause_seconds DOUBLE PRECISION)
LANGUAGE plpgsql AS $$
BEGIN
    FOR round IN 1..rounds LOOP
        UPDATE metrics
        SET updated_at = CURRENT_TIMESTAMP,
            value = CASE name
                WHEN 'cpu_usage'          THEN 40 + random() * 50
                WHEN 'memory_usage'       THEN 60 + random() * 30
                WHEN 'network_in'         THEN 80 + random() * 100
                WHEN 'network_out'        THEN 60 + random() * 60
                WHEN 'active_connections' THEN 20 + floor(random() * 60)
                WHEN 'request_rate'       THEN 900 + random() * 900
                WHEN 'error_rate'         THEN random() * 7
            END
        WHERE name IN ('cpu_usage', 'memory_usage', 'network_in', 'network_out',
                       'active_connections', 'request_rate', 'error_rate');

        -- An alert stands for as long as there are too many errors.
        DELETE FROM alerts
        WHERE metric_name = 'error_rate'
          AND EXISTS (SELECT FROM metrics WHERE name = 'error_rate' AND value <= 5);
        INSERT INTO alerts (metric_name, severity, message)
        SELECT name, 'critical', 'more than one request in twenty fails'
        FROM metrics
        WHERE name = 'error_rate' AND value > 5
          AND NOT EXISTS (SELECT FROM alerts WHERE metric_name = 'error_rate');
        COMMIT;

        PERFORM pg_sleep(pause_seconds);
    END LOOP;
END $$;

CALL pg_temp.simulate(60, 1.0);
