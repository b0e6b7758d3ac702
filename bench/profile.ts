import {readFile} from 'node:fs/promises';
import {say} from './support/verdict.ts';

/**
 * Where does the time go? The functions of a profile that `--cpu-prof` left, by the time
 * spent in themselves.
 *
 *   npx tsx bench/profile.ts FILE.cpuprofile [how many]
 */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

const [file, count = '25'] = process.argv.slice(2);
if (file === undefined) throw new Error('name the file of a profile');
const profile = JSON.parse(await readFile(file, 'utf8')) as Profile;

const names = new Map(profile.nodes.map(({id, callFrame}) => [id, nameOf(callFrame)]));
const own = new Map<string, number>();
profile.samples.forEach((id, i) => {
  const name = names.get(id)!;
  own.set(name, (own.get(name) ?? 0) + (profile.timeDeltas[i] ?? 0));
});
const idle = own.get('(idle)') ?? 0;
own.delete('(idle)');
const all = [...own.values()].reduce((sum, one) => sum + one, 0);
say(`${(all / 1e6).toFixed(2)} s at work, ${(idle / 1e6).toFixed(2)} s idle`);
for (const [name, us] of [...own].sort(([, a], [, b]) => b - a).slice(0, Number(count))) {
  say(
    `${((100 * us) / all).toFixed(1).padStart(5)} %  ${(us / 1000).toFixed(0).padStart(6)} ms  ${name}`,
  );
}

function nameOf({functionName, url, lineNumber}: Profile['nodes'][number]['callFrame']): string {
  const place = url.replace(/^.*\/(src|node_modules|bench)\//, '$1/');
  const at = url === '' ? '' : `  ${place}:${lineNumber + 1}`;
  return `${functionName || '(anonymous)'}${at}`;
}
