import * as schema from './schema.ts';

/**
 * What a map of the file may hold: its settings, the other names they have in the dialects
 * of Drasi Server, and the settings of Drasi that mean nothing here. The settings are the
 * schema's own, so the two cannot differ.
 */
export interface Shape {
  readonly keys: readonly string[];
  /** Other names, in camelCase. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Read by Drasi, and named in a warning. */
  readonly ignored?: readonly string[];
  /** For people only. */
  readonly remarks?: readonly string[];
  readonly children?: Readonly<Record<string, Child>>;
}

/** Where the maps of `shape` are: the value itself, the items of a list, a map's values. */
export interface Child {
  readonly each: 'self' | 'item' | 'value';
  readonly shape: Shape | Kinds;
}

/** A map whose `kind` decides what else it may hold. */
export interface Kinds {
  readonly kinds: Readonly<Record<string, Shape>>;
  readonly kindAliases: readonly string[];
}

const keysOf = (map: {shape: object}): string[] => Object.keys(map.shape);

const remarks = ['description', 'name'];
const buffers = ['priorityQueueCapacity', 'dispatchBufferCapacity', 'dispatchMode'];

/** The templates of a reaction, whose parts are `keys`. */
function templated(keys: readonly string[]): Readonly<Record<string, Child>> {
  const operation: Child = {each: 'self', shape: {keys}};
  const operations: Shape = {
    keys: ['added', 'updated', 'deleted'],
    children: {added: operation, updated: operation, deleted: operation},
  };
  return {
    routes: {each: 'value', shape: operations},
    defaultTemplate: {each: 'self', shape: operations},
  };
}

const bootstrapSource: Shape = {
  keys: ['kind', 'id'],
  aliases: {type: 'kind'},
  ignored: keysOf(schema.source).filter((key) => key !== 'kind' && key !== 'id'),
};
/** Where Drasi is told to get the first rows from. Here they come from the database. */
const bootstrapKinds: Kinds = {
  kinds: {postgres: bootstrapSource, noop: bootstrapSource},
  kindAliases: ['type'],
};

const source: Shape = {
  keys: keysOf(schema.source),
  aliases: {sourceType: 'kind', url: 'connectionString'},
  ignored: ['identityProvider', 'durability', 'bootstrapBufferSize', ...buffers],
  remarks,
  children: {
    tableKeys: {each: 'item', shape: {keys: ['table', 'keyColumns']}},
    bootstrapProvider: {each: 'self', shape: bootstrapKinds},
  },
};

const query: Shape = {
  keys: keysOf(schema.query),
  aliases: {sourceSubscriptions: 'sources'},
  ignored: [
    'enableBootstrap',
    'bootstrapBufferSize',
    'bootstrapTimeoutSecs',
    'storageBackend',
    'outboxCapacity',
    'recoveryPolicy',
    ...buffers,
  ],
  remarks,
  children: {
    sources: {
      each: 'item',
      shape: {keys: ['sourceId', 'nodes', 'relations', 'pipeline']},
    },
    middleware: {each: 'item', shape: {keys: ['kind', 'name', 'config']}},
    joins: {
      each: 'item',
      shape: {
        keys: ['id', 'keys'],
        children: {keys: {each: 'item', shape: {keys: ['label', 'property']}}},
      },
    },
  },
};

function reaction(map: {shape: object}, templateKeys: readonly string[]): Shape {
  return {
    keys: keysOf(map),
    aliases: {reactionType: 'kind'},
    ignored: ['identityProvider', 'recoveryPolicy', ...buffers],
    remarks,
    children: templated(templateKeys),
  };
}

/** The whole file, after a single instance was taken out of `instances`. */
export const file: Shape = {
  keys: keysOf(schema.top),
  ignored: [
    'persistConfig',
    'persistIndex',
    'enableArchive',
    'enableUi',
    'solutionsDir',
    'secretStore',
    'defaultPriorityQueueCapacity',
    'defaultDispatchBufferCapacity',
    'pluginRegistry',
    'pluginsDir',
    'autoInstallPlugins',
    'plugins',
    'verifyPlugins',
    'trustedIdentities',
    'hotReloadPlugins',
    'hotReloadDebounceMs',
    'identityProviders',
    'disablePersistence',
    ...buffers,
  ],
  remarks: ['apiVersion', 'version', 'author', 'license', 'defaultInstanceId', ...remarks],
  children: {
    bootstrapProviders: {each: 'item', shape: bootstrapKinds},
    limits: {each: 'self', shape: {keys: keysOf(schema.limits)}},
    stateStore: {each: 'self', shape: {keys: keysOf(schema.stateStore)}},
    sources: {each: 'item', shape: {kinds: {postgres: source}, kindAliases: ['sourceType']}},
    queries: {each: 'item', shape: query},
    reactions: {
      each: 'item',
      shape: {
        kinds: {
          sse: reaction(schema.sse, ['template', 'path']),
          log: reaction(schema.log, ['template']),
        },
        kindAliases: ['reactionType'],
      },
    },
  },
};
