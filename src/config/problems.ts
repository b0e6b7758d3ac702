import {catalogue} from '../lib/problem.ts';

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const meant = (name: string | undefined): string | undefined =>
  name === undefined ? undefined : `did you mean "${name}"?`;

const PART_OF_A_TEXT = 'within { } a text with a comma in it stands in quotes';

const settings = (count: number): string =>
  count === 1 ? 'one setting means' : `${count} settings mean`;

/** What can be wrong with a configuration file, and what is only worth a warning. */
export const problems = catalogue({
  'config-unreadable': {
    cause: 'The configuration file, or the `.env` beside it, could not be read from disk.',
    remedy: 'Check the path given with `--config`, and that the user of the service may read it.',
    say: ({file, reason}: {file: string; reason: string}) => ({
      message: `could not read "${file}"`,
      detail: `${reason}.`,
      hint: 'name the file: --config path/to/config.yaml',
    }),
  },
  'config-not-utf8': {
    cause: 'The configuration file, or the `.env` beside it, is not UTF-8.',
    remedy: 'Save it as UTF-8; the place is where the first byte stands that is none.',
    say: ({file, encoding}: {file: string; encoding: string | undefined}) => ({
      message: `"${file}" is not UTF-8`,
      hint:
        encoding === undefined
          ? 'it is no text; name the file that was meant: --config path/to/config.yaml'
          : `save it as UTF-8: iconv -f ${encoding} -t UTF-8 ${file}`,
    }),
  },
  'config-empty': {
    cause: 'The configuration file holds nothing but white space and comments.',
    remedy: 'Start from config/server.yaml, which names a source, queries and reactions.',
    say: ({file}: {file: string}) => ({
      message: `configuration "${file}" is empty`,
      hint: 'copy config/server.yaml and change the name of the host and of the database',
    }),
  },
  'config-not-a-map': {
    cause: 'The configuration file is YAML, but its top is a list or a text instead of keys.',
    remedy: 'Write keys such as `sources:` and `queries:` at the top of the file.',
    say: ({found}: {found: string}) => ({
      message: `a configuration is a map of keys, not a ${found === 'scalar' ? 'text' : found}`,
      hint: 'begin the file with keys:\nsources:\n  - kind: postgres',
    }),
  },
  'config-too-large': {
    cause: 'The configuration file is larger than one that people write, or its aliases are.',
    remedy: 'Split what the file describes between several services, or write aliases out.',
    say: ({what, found, max}: {what: string; found: number; max: number}) => ({
      message: `a configuration holds at most ${max} ${what}`,
      detail: `Here it comes to ${found}.`,
      hint: 'split it: a file for each service, with ports and slots of its own',
    }),
  },
  'yaml-syntax': {
    cause: 'The file is not YAML 1.2, or uses a part of it that has no place in a configuration.',
    remedy: 'Look at the line and the one above it: indentation, a missing quote or colon.',
    say: ({reason, hint}: {reason: string; hint: string}) => ({
      message: `could not read the YAML: ${reason}`,
      hint,
    }),
  },
  'duplicate-key': {
    cause: 'A map of the file has the same key twice.',
    remedy: 'Remove one of the two.',
    say: ({key, firstLine}: {key: string; firstLine: number}) => ({
      message: `key "${key}" stands twice in one map`,
      detail: `It stands on line ${firstLine} already.`,
      hint: 'remove one of the two',
    }),
  },
  'key-given-twice': {
    cause: 'A setting is given under two of its names, such as `slot_name` and `slotName`.',
    remedy: 'Remove one of the two.',
    say: ({
      subject,
      key,
      also,
      line,
    }: {
      subject: string;
      key: string;
      also: string;
      line: number;
    }) => ({
      message: `${subject} has the setting "${key}" twice`,
      detail: `It is given as "${also}" on line ${line} already.`,
      hint: `remove one of the two; "${key}" is the name to keep`,
    }),
  },
  'unknown-key': {
    cause: 'A key is none of the settings that may stand where it stands.',
    remedy: 'Look for a misspelling; docs/configuration.md lists the settings.',
    say: (facts: {
      subject: string;
      key: string;
      nearest: string | undefined;
      known: readonly string[];
      /** Whether it has no value: in { } what stands behind a comma is a key of its own. */
      alone: boolean;
    }) => ({
      message: `${facts.subject} has no setting "${facts.key}"`,
      detail: `Its settings are ${facts.known.join(', ')}.`,
      hint: meant(facts.nearest) ?? (facts.alone ? PART_OF_A_TEXT : undefined),
    }),
  },
  'missing-key': {
    cause: 'A setting that has no default is not given.',
    remedy: 'Add the setting.',
    say: ({subject, key, expected}: {subject: string; key: string; expected: string}) => ({
      message: `${subject} lacks the setting "${key}"`,
      hint: `add "${key}": ${expected}`,
    }),
  },
  'invalid-value': {
    cause: 'A setting has a value of another type, or outside its range.',
    remedy: 'Write a value as the message describes it.',
    say: (facts: {
      subject: string;
      key: string;
      expected: string;
      found: string;
      hint: string | undefined;
    }) => ({
      message: `"${facts.key}" of ${facts.subject} must be ${facts.expected}`,
      detail: `The file says ${facts.found}.`,
      hint: facts.hint,
    }),
  },
  'unsupported-kind': {
    cause: 'A source, reaction or bootstrap provider is of a kind that Tailrace does not have.',
    remedy: 'Remove it from the file, or let Drasi Server run that part.',
    say: (facts: {
      subject: string;
      kind: string;
      known: readonly string[];
      nearest: string | undefined;
    }) => ({
      message: `${facts.subject} is of kind "${facts.kind}", which Tailrace does not have`,
      detail: `Supported here: ${quoted(facts.known)}.`,
      hint: meant(facts.nearest) ?? 'remove it from the file, or let Drasi Server run that part',
    }),
  },
  'several-instances': {
    cause: 'The file has several entries under `instances`; a process of Tailrace is one instance.',
    remedy: 'Make a file of each, and start a process with each.',
    say: ({count}: {count: number}) => ({
      message: `a configuration holds one instance, not ${count}`,
      hint: 'make a file of each instance, with ports of its own, and start one process a file',
    }),
  },
  'query-not-a-map': {
    cause: 'The body of a request is to hold a query, and holds a list, a text or nothing.',
    remedy:
      'Send what stands under `queries` in a configuration file: a map with `id`, `query` and `sources`.',
    status: 400,
    say: ({found}: {found: string}) => ({
      message: `a query is a map of keys, not ${found}`,
      hint: '{"id": "late-orders", "query": "MATCH (o:orders) RETURN o.id", "sources": [{"sourceId": "shop"}], "autoStart": true}',
    }),
  },
  'json-syntax': {
    cause: 'The body of a request says that it is JSON, and is not.',
    remedy: 'Correct the JSON, or send YAML with `Content-Type: application/yaml`.',
    status: 400,
    say: ({reason}: {reason: string}) => ({
      message: 'could not read the JSON',
      detail: `The parser says: ${reason}.`,
    }),
  },
  'query-id-differs': {
    cause: 'A request to change a query names one id in its path and another in its body.',
    remedy: 'Leave the id out of the body, or write the same one.',
    status: 400,
    say: ({path, body}: {path: string; body: string}) => ({
      message: `the path names query "${path}", and the body "${body}"`,
      hint: 'leave "id" out of the body',
    }),
  },
  'unset-variable': {
    cause: 'The file refers to an environment variable that is not set and gives no default.',
    remedy: 'Set the variable, add it to `.env` beside the file, or give a default.',
    say: ({name}: {name: string}) => ({
      message: `environment variable "${name}" is not set`,
      detail: 'It is neither in the environment nor in the .env beside the file.',
      hint: `set it, or give a default: \${${name}:-value}`,
    }),
  },
  'malformed-reference': {
    cause: 'A value has `${` in it, but what follows is no reference to a variable.',
    remedy: 'Write a name with braces around it, or double the `$` where the characters are meant.',
    say: ({reason}: {reason: string}) => ({
      message: `a reference to an environment variable is malformed: ${reason}`,
      hint: `write \${NAME} or \${NAME:-default}; write $\${ where the characters themselves are meant`,
    }),
  },
  'secret-reference': {
    cause: 'A value is given as `{kind: Secret}`; Tailrace has no secret store.',
    remedy: 'Hand the secret in as an environment variable.',
    say: ({name}: {name: string}) => ({
      message: `secret "${name}" cannot be read: Tailrace has no secret store`,
      hint: `hand it in as an environment variable: \${${variableName(name)}}`,
    }),
  },
  'env-file-syntax': {
    cause: 'A line of the `.env` file is not an assignment.',
    remedy: 'Write `NAME=value`, with quotes around a value that has blanks or `#` in it.',
    say: ({reason}: {reason: string}) => ({
      message: `could not read a line of the .env file: ${reason}`,
      hint: 'write NAME=value, one a line; comments begin with #',
    }),
  },
  'connection-string': {
    cause: 'A `connectionString` is not of the form that Postgres has.',
    remedy: 'Write it as postgres://user:password@host:5432/database?sslmode=require.',
    say: ({subject, reason}: {subject: string; reason: string}) => ({
      message: `"connectionString" of ${subject} cannot be read: ${reason}`,
      hint: 'postgres://user:password@host:5432/database; in the password, write @ : / # % as %40 %3A %2F %23 %25',
    }),
  },
  'duplicate-id': {
    cause: 'Two sources, two queries or two reactions have the same id.',
    remedy: 'Give each an id of its own.',
    say: ({kind, id, firstLine}: {kind: string; id: string; firstLine: number}) => ({
      message: `two ${kind} have the id "${id}"`,
      detail: `The first stands on line ${firstLine}.`,
      hint: 'give one of them another id',
    }),
  },
  'unknown-middleware': {
    cause: 'The pipeline of a query names a middleware that the query does not have.',
    remedy: 'Correct the name, or add it under `middleware` of the query.',
    say: (facts: {
      subject: string;
      id: string;
      nearest: string | undefined;
      known: readonly string[];
    }) => ({
      message: `${facts.subject} has no middleware "${facts.id}"`,
      detail:
        facts.known.length > 0 ? `It has ${quoted(facts.known)}.` : 'It has no middleware at all.',
      hint: meant(facts.nearest) ?? `add it: middleware: [{kind: …, name: ${facts.id}}]`,
    }),
  },
  'unknown-source': {
    cause: 'A query reads a source that the file does not have.',
    remedy: 'Correct the id, or add the source.',
    say: (facts: {
      subject: string;
      id: string;
      nearest: string | undefined;
      known: readonly string[];
    }) => ({
      message: `${facts.subject} reads source "${facts.id}", which the file does not have`,
      detail:
        facts.known.length > 0 ? `It has ${quoted(facts.known)}.` : 'It has no source at all.',
      hint: meant(facts.nearest),
    }),
  },
  'unknown-query': {
    cause: 'A reaction follows a query that the file does not have.',
    remedy: 'Correct the id, or add the query.',
    say: (facts: {
      subject: string;
      id: string;
      nearest: string | undefined;
      known: readonly string[];
    }) => ({
      message: `${facts.subject} follows query "${facts.id}", which the file does not have`,
      detail: facts.known.length > 0 ? `It has ${quoted(facts.known)}.` : 'It has no query at all.',
      hint: meant(facts.nearest),
    }),
  },
  'unknown-bootstrap-provider': {
    cause: 'A source names a bootstrap provider that the file does not have.',
    remedy: 'Remove `bootstrapProvider`: the first rows come from the database itself.',
    say: ({subject, id, nearest}: {subject: string; id: string; nearest: string | undefined}) => ({
      message: `${subject} names bootstrap provider "${id}", which the file does not have`,
      detail:
        'Tailrace needs none for Postgres: the first rows come from a snapshot of the database.',
      hint: meant(nearest) ?? 'remove "bootstrapProvider"',
    }),
  },
  'route-not-followed': {
    cause: 'A route of a reaction is for a query that the reaction does not follow.',
    remedy: 'Add the query to the reaction, or remove the route.',
    say: ({subject, id, nearest}: {subject: string; id: string; nearest: string | undefined}) => ({
      message: `${subject} has a route for "${id}", a query that it does not follow`,
      hint: meant(nearest) ?? `add "${id}" to its queries, or remove the route`,
    }),
  },
  'template-syntax': {
    cause: 'A template of a reaction is not Handlebars.',
    remedy: 'Correct the template; docs/configuration.md has examples.',
    say: ({subject, reason}: {subject: string; reason: string}) => ({
      message: `a template of ${subject} cannot be read`,
      detail: reason,
    }),
  },
  'listener-clash': {
    cause: 'Two parts of the service would listen at the same place.',
    remedy: 'Give one of them another port; of one host and port, paths of their own will do.',
    say: ({subject, other, at}: {subject: string; other: string; at: string}) => ({
      message: `${subject} and ${other} would both listen at ${at}`,
      hint: 'give one of them another port; of one host and port, another ssePath will do',
    }),
  },
  'slot-shared': {
    cause: 'Two sources would read from one replication slot, which serves one reader at a time.',
    remedy: 'Give each source a `slotName` of its own.',
    say: ({subject, other, slot}: {subject: string; other: string; slot: string}) => ({
      message: `${subject} and ${other} would both read from slot "${slot}" of one server`,
      hint: `give one of them a slot of its own: slotName: ${slot}_2`,
    }),
  },
  'ignored-keys': {
    cause: 'A warning: the file has settings of Drasi Server that mean nothing to Tailrace.',
    remedy: 'None is needed; remove them to silence the warning.',
    say: ({names}: {names: readonly string[]}) => ({
      message: `${settings(names.length)} nothing to Tailrace`,
      detail: `Ignored: ${names.join(', ')}.`,
    }),
  },
  'query-not-started': {
    cause: 'A warning: a query is not started, because `autoStart` is false unless it is said.',
    remedy: 'Add `autoStart: true` to the query.',
    say: ({ids}: {ids: readonly string[]}) => ({
      message: `not started: ${ids.length === 1 ? 'query' : 'queries'} ${quoted(ids)}`,
      detail: 'As in Drasi Server, a query starts only where the file says so.',
      hint: 'autoStart: true',
    }),
  },
});

const variableName = (name: string): string => name.replaceAll(/\W/g, '_').toUpperCase();
