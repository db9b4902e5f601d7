import { parentPort } from 'node:worker_threads';
import { StoreError } from '../errors.js';
import { Engine } from './engine.js';
import type { CallName, Calls, FromWorker, Request, ToWorker } from './protocol.js';

/** The thread's side of the port. DuckDB blocks while it appends and parses, so it lives here and nowhere else. */

const port = parentPort;
if (port === null) throw new Error('worker.js runs in a worker thread, DuckDbStore starts it');

const send = (message: FromWorker): void => port.postMessage(message);
const aborts = new Map<number, AbortController>();
let engine: Engine | undefined;

function started(): Engine {
  if (engine === undefined) throw new StoreError('store_closed', 'the store is not started, or closed', false);
  return engine;
}

type Answers = { readonly [Name in CallName]: (argument: Calls[Name]['argument'], signal: AbortSignal) => Promise<Calls[Name]['result']> };

const answers: Answers = {
  start: async (options) => {
    engine = await Engine.start(options, (report) => send({ report }));
  },
  write: (call) => started().write(call),
  search: (call, signal) => started().search(call, signal),
  get: (key, signal) => started().get(key, signal),
  histogram: (call, signal) => started().histogram(call, signal),
  matchingDays: (call, signal) => started().matchingDays(call, signal),
  deleteFrom: (call, signal) => started().deleteFrom(call, signal),
  dropBefore: (day) => started().dropBefore(day),
  maintain: (nowMs) => started().maintain(nowMs),
  health: () => started().health(),
  close: async () => {
    await engine?.close();
    engine = undefined;
  },
};

async function answer<Name extends CallName>({ id, name, argument }: Request<Name>): Promise<void> {
  const abort = new AbortController();
  aborts.set(id, abort);
  try {
    send({ id, value: await answers[name](argument, abort.signal) });
  } catch (error) {
    send({ id, error: describe(error) });
  } finally {
    aborts.delete(id);
  }
}

function describe(error: unknown): Extract<FromWorker, { error: unknown }>['error'] {
  if (error instanceof StoreError) return { code: error.code, message: error.message, retryable: error.retryable };
  if ((error as Error).message.startsWith('Out of Memory Error')) {
    const advice = 'narrow the time range, ask for fewer fields or records, or give the store more memory';
    return { code: 'store_unavailable', message: `the answer does not fit into the store's memory: ${advice}`, retryable: true };
  }
  return { code: 'store_internal', message: `DuckDB: ${(error as Error).message}`, retryable: false };
}

port.on('message', (message: ToWorker) => {
  if ('abort' in message) aborts.get(message.abort)?.abort();
  else void answer(message);
});
