/** A name as an SQL identifier, always quoted: `My"Table` is `"My""Table"`. */
export function quoteIdent(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal, right under every setting of standard_conforming_strings. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}

/** `"schema"."name"`. */
export function quoteTable({schema, name}: {schema: string; name: string}): string {
  return `${quoteIdent(schema)}.${quoteIdent(name)}`;
}

/** A table as a user names it; without a schema, the search path decides. */
export interface TableName {
  readonly schema: string | undefined;
  readonly name: string;
}

const NAME = /^(?:("(?:[^"]|"")+"|[^."]+)\.)?("(?:[^"]|"")+"|[^."]+)$/;

/**
 * Reads `name`, `schema.name` and their quoted forms (`"My.Schema"."T"`); undefined where
 * the text is no table name. Letters keep their case.
 */
export function parseTableName(text: string): TableName | undefined {
  const match = NAME.exec(text.trim());
  if (!match?.[2]) return undefined;
  return {
    schema: match[1] === undefined ? undefined : unquoted(match[1]),
    name: unquoted(match[2]),
  };
}

function unquoted(part: string): string {
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part;
}
