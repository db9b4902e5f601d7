import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DeadLetters, Journal, type Reader } from '#libs/journal';
import type { LogWriter, WriteBatch, WriteOutcome } from '#libs/store';
import { Metrics, type Logger } from '#libs/telemetry';
import { eventually } from '../../../test/support/eventually.js';
import { Drain } from './drain.js';
import { Ledger } from './ledger.js';
import { RejectionDesk } from './rejection-desk.js';

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const now = (): number => performance.now();

/** A store that answers when it is told to. */
class SlowStore implements LogWriter {
  readonly concurrency = 1;
  readonly batches: WriteBatch[] = [];
  private readonly answers: (() => void)[] = [];

  write(batch: WriteBatch): Promise<WriteOutcome> {
    this.batches.push(batch);
    const outcome = { stored: batch.count, duplicate: 0, rejected: [], retry: [], expired: 0 };
    return new Promise((resolve) => this.answers.push(() => resolve(outcome)));
  }

  async mark(): Promise<string> {
    return '';
  }

  answer(): void {
    this.answers.shift()?.();
  }
}

describe('Drain', () => {
  let dir: string;
  let journal: Journal;
  let reader: Reader;
  let store: SlowStore;
  let drain: Drain;

  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'logweir-drain-'));
    const quiet = { count: () => undefined, report: () => undefined };
    const wallNs = (): bigint => BigInt(Date.now()) * 1_000_000n;
    journal = await Journal.open({ dir, node: 'web', freeFloorBytes: 0, now, wallNs, compose: () => '' });
    const letters = await DeadLetters.open({ dir: path.join(dir, 'letters'), maxBytes: 1e6, ...quiet });
    reader = journal.reader('drain');
    store = new SlowStore();
    const ledger = new Ledger(new Metrics(), {}, 0);
    const desk = new RejectionDesk({ letters, journal, ledger, at: () => '', redact: (source) => source });
    const delay = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }).catch(() => undefined);
    drain = new Drain({ reader, store, desk, ledger, log: silent, now, delay });
  });
  afterEach(async () => {
    await journal.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** Appends one after the other, of so many bytes each. */
  async function append(times: number, bytes: number): Promise<void> {
    const line = `},"message":${JSON.stringify('x'.repeat(bytes))}}`;
    for (let at = 0; at < times; at++) await journal.append({ lines: [line], urgent: true });
  }

  it('reads the next batch while the store is at work when more waits, and never two at once', async () => {
    await append(3, 1_500_000);
    drain.start();
    await eventually(() => expect(store.batches).toHaveLength(1));
    expect(reader.isAtEnd).toBe(false);
    store.answer();
    await eventually(() => expect(store.batches).toHaveLength(2));
    await eventually(() => expect(reader.isAtEnd).toBe(true));
    expect(store.batches).toHaveLength(2);
    store.answer();
    await eventually(() => expect(store.batches).toHaveLength(3));
    store.answer();
    await eventually(() => expect(reader.committed).toBe(journal.durable));
    await drain.close(1_000);
  });

  it('leaves what a small batch left behind for a larger one', async () => {
    await append(1, 100);
    drain.start();
    await eventually(() => expect(store.batches).toHaveLength(1));
    await append(5, 100);
    await pause(200);
    expect(reader.isAtEnd).toBe(false);
    store.answer();
    await eventually(() => expect(store.batches).toHaveLength(2));
    expect(store.batches[1]?.count).toBe(5);
    store.answer();
    await drain.close(1_000);
  });

  it('sends nothing more once it is stopped, and what waited stays in the journal', async () => {
    await append(4, 1_500_000);
    drain.start();
    await eventually(() => expect(store.batches).toHaveLength(1));
    store.answer();
    await eventually(() => expect(store.batches).toHaveLength(2));
    const closed = drain.close(50);
    await pause(80);
    store.answer();
    await closed;
    expect(store.batches).toHaveLength(2);
    expect(reader.committed).toBeLessThan(journal.durable);
  });
});
