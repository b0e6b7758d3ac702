import {z} from 'zod';
import {file} from './schema.ts';

type Json = Record<string, unknown>;

/** Settings in which a reference to a variable has no meaning. */
const LITERAL = ['kind', 'query', 'template'];

/**
 * The schema of a configuration file for editors, which complete keys and mark mistakes
 * by it. It knows the one spelling that we recommend, and that a value may also be a
 * reference to an environment variable.
 */
export function configJsonSchema(): Json {
  const schema = z.toJSONSchema(file, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({zodSchema, jsonSchema}) => {
      const {def} = zodSchema._zod;
      if (def.type === 'default') jsonSchema.default = def.defaultValue as never;
    },
  });
  return {
    ...(withReferences(schema) as Json),
    title: 'Tailrace configuration',
    definitions: {
      reference: {type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}'},
      structuredReference: {
        type: 'object',
        properties: {
          kind: {const: 'EnvironmentVariable'},
          name: {type: 'string'},
          default: {type: ['string', 'number', 'boolean']},
        },
        required: ['kind', 'name'],
        additionalProperties: false,
      },
    },
  };
}

const REFERENCES = [{$ref: '#/definitions/reference'}, {$ref: '#/definitions/structuredReference'}];

/** Lets each value be a reference. `key` is the setting whose schema this is. */
function withReferences(schema: unknown, key?: string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withReferences(item, key));
  if (typeof schema !== 'object' || schema === null) return schema;
  const {description, default: initial, ...rest} = schema as Json;
  const notes = {
    ...(description !== undefined && {description}),
    ...(initial !== undefined && {default: initial}),
  };
  if (isScalar(rest) && !LITERAL.includes(key ?? '')) {
    return {...notes, anyOf: [rest, ...REFERENCES]};
  }
  const parts = Object.entries(rest).map(([name, part]) => [name, within(name, part, key)]);
  return {...notes, ...Object.fromEntries(parts)};
}

function within(name: string, part: unknown, key: string | undefined): unknown {
  if (name !== 'properties') {
    const holdsSchemas = ['items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf'];
    return holdsSchemas.includes(name) ? withReferences(part, key) : part;
  }
  const entries = Object.entries(part as Json);
  return Object.fromEntries(entries.map(([name, value]) => [name, withReferences(value, name)]));
}

const isScalar = ({type}: Json): boolean =>
  ['string', 'number', 'integer', 'boolean'].includes(String(type));
