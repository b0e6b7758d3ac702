import {queryYaml} from './service.ts';

/** The tables of the demo, with rows that never change by themselves. */
export const TABLES = `
  CREATE TABLE metrics (
    id serial PRIMARY KEY, name varchar(50) NOT NULL, value numeric(10,2) NOT NULL,
    unit varchar(20), updated_at timestamp DEFAULT '2026-01-02 03:04:05.000006');
  CREATE TABLE alerts (
    id serial PRIMARY KEY, metric_name varchar(50) NOT NULL, severity varchar(20) NOT NULL,
    message text, acknowledged boolean DEFAULT false,
    created_at timestamp DEFAULT '2026-01-02 03:04:05');
  CREATE PUBLICATION test_publication FOR TABLE metrics, alerts;
  INSERT INTO metrics (name, value, unit) VALUES
    ('cpu_usage', 45.5, 'percent'), ('memory_usage', 62.3, 'percent'),
    ('disk_usage', 78.1, 'percent'), ('request_rate', 1250, 'req/min'),
    ('error_rate', 0.5, 'percent');
  INSERT INTO alerts (metric_name, severity, message) VALUES
    ('disk_usage', 'warning', 'Disk usage above 75%');`;

export const QUERIES = [
  queryYaml(
    'current-metrics',
    'MATCH (m:metrics) RETURN m.id, m.name, m.value, m.unit, m.updated_at',
  ),
  queryYaml(
    'active-alerts',
    'MATCH (a:alerts) WHERE a.acknowledged = false RETURN a.id, a.metric_name, a.severity, a.message',
  ),
  queryYaml(
    'critical-metrics',
    `MATCH (m:metrics)
     WHERE (m.name = 'cpu_usage' AND m.value > 80) OR (m.name = 'disk_usage' AND m.value > 90)
        OR (m.name = 'error_rate' AND m.value > 5)
     RETURN m.name, m.value, m.unit`,
  ),
].join('');
