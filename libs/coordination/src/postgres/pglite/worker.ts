import { parentPort, workerData } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { openDatabase, run } from './database.js';
import type { Call, FromWorker, Rows, ToWorker, WorkerData } from './protocol.js';

/** The thread's side of the port. PGlite blocks while it works, so it lives here and nowhere else. */

const port = parentPort;
if (port === null) throw new Error('worker.js runs in a worker thread, Pglite starts it');

const { folder, prepareOnly } = workerData as WorkerData;
const send = (message: FromWorker): void => port.postMessage(message);
const NOTHING: Rows = { rows: [], rowCount: 0 };

async function answer(database: PGlite, call: Call): Promise<Rows> {
  switch (call.call) {
    case 'query':
      return run(database, call.text, call.params);
    case 'listen':
      await database.listen(call.channel, (payload) => send({ channel: call.channel, payload }));
      return NOTHING;
    case 'unlisten':
      await database.unlisten(call.channel);
      return NOTHING;
    case 'close':
      await database.close();
      return NOTHING;
  }
}

async function reply(database: PGlite, message: ToWorker): Promise<void> {
  try {
    send({ id: message.id, result: await answer(database, message) });
  } catch (error) {
    const { message: text, code, detail } = error as Error & { code?: string; detail?: string };
    send({ id: message.id, error: { message: text, code, detail } });
  }
}

try {
  const database = await openDatabase(folder);
  if (prepareOnly) await database.close();
  else port.on('message', (message: ToWorker) => void reply(database, message));
  send({ opened: true });
} catch (error) {
  send({ failed: (error as Error).message });
}
