import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {platform} from 'node:os';
import {promisify} from 'node:util';

/** A process that runs now. */
export interface RunningProcess {
  readonly command: string;
  /** When it was born. Pids are used again; a pid together with this is not. */
  readonly born: string;
}

const PS_LIMIT_MS = 5000;

/**
 * What runs under a pid, or undefined when nothing does. A file with a pid in it outlives
 * its process, and after a restart of the machine the pid is somebody else's; so whoever
 * reads one asks here what it stands for now. A zombie does not run.
 */
export function runningProcess(pid: number): Promise<RunningProcess | undefined> {
  return platform() === 'linux' ? fromProc(pid) : fromPs(pid);
}

/** Linux: slim images have no `ps`. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export async function fromProc(pid: number): Promise<RunningProcess | undefined> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // The second field is the program's name in brackets, which may hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = 'X', born = ''] = [fields[0], fields[19]];
    if ('ZX'.includes(state)) return undefined;
    return {born, command: command.replaceAll('\0', ' ').trim()};
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

/** Elsewhere. `lstart` is always 24 characters wide in this locale. */
export async function fromPs(pid: number): Promise<RunningProcess | undefined> {
  const args = ['-o', 'lstart=', '-o', 'stat=', '-o', 'command=', '-ww', '-p', String(pid)];
  try {
    const options = {timeout: PS_LIMIT_MS, env: {LC_ALL: 'C', PATH: '/usr/bin:/bin'}};
    const {stdout} = await promisify(execFile)('ps', args, options);
    const [, born = '', state = '', command = ''] =
      /^\s*(.{24})\s+(\S+)\s+(.*?)\s*$/s.exec(stdout) ?? [];
    return born === '' || state.startsWith('Z') ? undefined : {born, command};
  } catch (error) {
    // ps ends with 1 when there is no such process.
    if ((error as {code?: unknown}).code === 1) return undefined;
    throw error;
  }
}
