import type {Node} from './node.ts';

/**
 * The values of a query's parameters. The rest of a configuration is text until a setting
 * says what it is; a parameter has the type that YAML's core schema gives it.
 */
export function parametersOf(node: Node | undefined): Readonly<Record<string, unknown>> {
  const value = node && typed(node);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function typed(node: Node): unknown {
  switch (node.kind) {
    case 'list':
      return node.items.map(typed);
    case 'map':
      return Object.fromEntries(node.entries.map(({key, value}) => [key, typed(value)]));
    case 'scalar': {
      const {text, empty, place, textPlace} = node;
      if (empty) return null;
      const quoted = place.line !== textPlace.line || place.column !== textPlace.column;
      return quoted ? text : plainScalar(text);
    }
  }
}

function plainScalar(text: string): unknown {
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?\d+$/.test(text)) {
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : BigInt(text.replace(/^\+/, ''));
  }
  const isFloat = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text);
  return isFloat ? Number(text) : text;
}
