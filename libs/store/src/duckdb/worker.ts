import { parentPort } from 'node:worker_threads';
import { StoreError } from '../errors.js';
import { Engine } from './engine.js';
import type { CallName, Calls, ExportPage, FromWorker, Request, ToWorker } from './protocol.js';

/** The thread's side of the port. DuckDB blocks while it appends and parses, so it lives here and nowhere else. */

const port = parentPort;
if (port === null) throw new Error('worker.js runs in a worker thread, DuckDbStore starts it');

const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
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
  facets: (call, signal) => started().facets(call, signal),
  fields: (call, signal) => started().fields(call, signal),
  patterns: (call, signal) => started().patterns(call, signal),
  exportPage: (call, signal) => started().exportPage(call, signal),
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
    const value = await answers[name](argument, abort.signal);
    send({ id, value }, isPage(value) ? [value.bytes.buffer] : []);
  } catch (error) {
    send({ id, error: describe(error) });
  } finally {
    aborts.delete(id);
  }
}

const isPage = (value: unknown): value is ExportPage =>
  typeof value === 'object' && value !== null && 'bytes' in value && value.bytes instanceof Uint8Array;

function describe(error: unknown): Extract<FromWorker, { error: unknown }>['error'] {
  if (error instanceof StoreError) return { code: error.code, message: error.message, retryable: error.retryable };
  return { code: 'store_internal', message: `DuckDB: ${(error as Error).message}`, retryable: false };
}

port.on('message', (message: ToWorker) => {
  if ('abort' in message) aborts.get(message.abort)?.abort();
  else void answer(message);
});
