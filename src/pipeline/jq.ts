import {createRequire} from 'node:module';
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type Transferable,
  Worker,
} from 'node:worker_threads';
import type {Jq} from '../query/middleware/jq-program.ts';

export interface JqOptions {
  /** How long one run may take, of up to a thousand rows. */
  readonly timeoutMs: number;
  /** How long jq itself may take to be there. */
  readonly startMs?: number;
  /** Megabytes of its answers; past them the run has failed. */
  readonly memoryMb?: number;
}

/** jq, and the thread that it runs in. */
export interface JqThread extends Jq {
  /** Ends the thread; a further run starts another. */
  close(): Promise<void>;
}

/**
 * jq (the C program, as WebAssembly) in a thread of its own, which is waited for: a program
 * that loops for ever, or answers without end, is ended with its thread, and the next run
 * begins in a new one. The thread is there from the first run on, and holds no process up.
 */
export function jqThread({timeoutMs, startMs = 30_000, memoryMb = 256}: JqOptions): JqThread {
  let thread: Thread | undefined;

  function end(): void {
    // Nobody waits for it: what it did meanwhile is looked at no more.
    thread?.end().catch(() => {});
    thread = undefined;
  }

  /** What it answers, or why there is no answer. */
  function raw(program: string, input: string): Raw | string {
    if (!thread) {
      thread = started({memoryMb});
      // It is there when it answers: from then on the limit is for the program alone.
      const there = thread.ask({program: '.', input: ''}, startMs);
      // Later, that answer would be taken for one to the next question.
      if (!there) return without(`jq has not started within ${startMs} ms`);
    }
    return thread.ask({program, input}, timeoutMs) ?? without(late);
  }

  function without(why: string): string {
    end();
    return why;
  }

  const late = `it takes longer than ${timeoutMs} ms, or answers more than ${memoryMb} MB`;

  return {
    check(program) {
      const answer = raw(program, '');
      if (typeof answer === 'string') return answer;
      return answer.exitCode === COMPILE_ERROR ? said(answer.stderr) : undefined;
    },
    run(program, inputs) {
      const answer = raw(program, inputs.join('\n'));
      if (typeof answer === 'string') return {kind: 'failed', why: answer};
      const texts = answer.stdout.split('\n').filter((line) => line !== '');
      if (answer.exitCode === 0 && texts.length === inputs.length) return {kind: 'answers', texts};
      end();
      return {kind: 'failed', why: said(answer.stderr) || `it answers ${texts.length} times`};
    },
    async close() {
      const ending = thread?.end();
      thread = undefined;
      await ending;
    },
  };
}

/** jq's exit code for a program that it cannot read. */
const COMPILE_ERROR = 3;

/** What jq says, without its own name and count. */
const said = (stderr: string): string =>
  stderr
    .replaceAll('jq: error: ', '')
    .replace(/\s*jq: \d+ compile errors?\s*$/, '')
    .trim();

interface Raw {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

interface Thread {
  /** Undefined where it has not answered in time. */
  ask(question: {program: string; input: string}, timeoutMs: number): Raw | undefined;
  end(): Promise<unknown>;
}

/** Written as a text, so that it runs from sources and from what they are compiled to. */
const PROGRAM = `
const {workerData: {path, port, signal}} = require('node:worker_threads');
const jq = require(path).loadJq();
port.on('message', async ({program, input}) => {
  let answer;
  try { answer = (await jq).raw(input, program, ['-c']); }
  catch (error) { answer = {stdout: '', stderr: String(error), exitCode: -1}; }
  port.postMessage(answer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});`;

function started({memoryMb}: {memoryMb: number}): Thread {
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const {port1: here, port2: there} = new MessageChannel();
  const path = createRequire(import.meta.url).resolve('jq-wasm');
  const worker = new Worker(PROGRAM, {
    eval: true,
    workerData: {path, port: there, signal},
    transferList: [there as MessagePort & Transferable],
    resourceLimits: {maxOldGenerationSizeMb: memoryMb},
    // It sees nothing of ours, and says nothing where we speak.
    env: {},
    stdout: true,
    stderr: true,
  });
  // Out of memory: whoever asked has had no answer, and ends it.
  worker.on('error', () => {});
  worker.unref();
  here.unref();
  return {
    ask(question, timeoutMs) {
      Atomics.store(signal, 0, 0);
      here.postMessage(question);
      Atomics.wait(signal, 0, 0, timeoutMs);
      return receiveMessageOnPort(here)?.message as Raw | undefined;
    },
    async end() {
      here.close();
      await worker.terminate();
    },
  };
}
