import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSettings } from '#libs/config';
import { Access } from '#libs/service';
import { readRecords } from '#libs/store';
import type { LogWriter, Rejection, WriteBatch, WriteOutcome } from '#libs/store';
import { JsonLogger, Metrics, Readiness } from '#libs/telemetry';
import { startIngest } from '../../apps/ingest/src/ingest.module.js';
import type { OpenDoors, RunningIngest } from '../../apps/ingest/src/ingest.module.js';
import { eventually } from './eventually.js';

export interface KeptRecord {
  readonly id: string;
  readonly message: string;
  readonly record: Readonly<Record<string, unknown>>;
  /** As it came, byte for byte. */
  readonly text: string;
}

/** A store that remembers what it was given, and can be told to be away or to refuse. */
export class RecordingStore implements LogWriter {
  readonly concurrency = 2;
  readonly kept = new Map<string, KeptRecord>();
  /** Everything that was ever sent, stored or not. */
  readonly sent: KeptRecord[] = [];
  away = false;
  refuses: (record: KeptRecord) => boolean = () => false;

  get records(): KeptRecord[] {
    return [...this.kept.values()];
  }

  get messages(): string[] {
    return this.records.map(({ message }) => message);
  }

  async mark(): Promise<string> {
    return 'index-1';
  }

  async write(batch: WriteBatch): Promise<WriteOutcome> {
    const all = Array.from({ length: batch.count }, (_, index) => index);
    const given = readRecords(batch, all).map(({ id, source }) => keptRecord(id, source));
    this.sent.push(...given);
    const nothing = { stored: 0, duplicate: 0, expired: 0, rejected: [], retry: [] };
    if (this.away) return { ...nothing, retry: all, retryAfterMs: 50, reason: 'away' };
    const rejected: Rejection[] = [];
    let duplicate = 0;
    for (const [index, record] of given.entries()) {
      if (this.refuses(record)) rejected.push({ index, type: 'document_parsing_exception', reason: 'not this one' });
      else if (this.kept.has(record.id) && batch.since === undefined) duplicate++;
      else this.kept.set(record.id, record);
    }
    return { ...nothing, stored: batch.count - rejected.length - duplicate, duplicate, rejected };
  }
}

function keptRecord(id: string, text: string): KeptRecord {
  const record = JSON.parse(text) as Record<string, unknown>;
  return { id, record, text, message: typeof record['message'] === 'string' ? record['message'] : '' };
}

export interface IngestFixture {
  readonly store: RecordingStore;
  /** What it said about itself, one object a line. */
  readonly log: readonly string[];
  ingest: RunningIngest;
  doors: OpenDoors;
  port(door: string): number;
  /** Sum of the samples whose line begins with this. */
  metric(prefix: string): Promise<number>;
  /** Closes and opens again over the same folder; `between` runs while it is closed. */
  restart(between?: () => void): Promise<void>;
  close(): Promise<void>;
}

export const ALL_DOORS = { LOGWEIR_FORWARD_PORT: '0', LOGWEIR_JSON_PORT: '0', LOGWEIR_INTAKE_PORTS: '0' };

/** Ingest as it is, on free ports, over a recording store. */
export async function openFixture(env: Readonly<Record<string, string>> = {}, ownContainer?: string): Promise<IngestFixture> {
  const folder = mkdtempSync(path.join(tmpdir(), 'logweir-ingest-'));
  const settings = loadSettings({ env: { ...ALL_DOORS, LOGWEIR_DATA_DIR: folder, ...env }, readFile: () => undefined });
  const store = new RecordingStore();
  const log: string[] = [];
  let metrics = new Metrics();
  let access: Access | undefined;
  const start = async (): Promise<Pick<IngestFixture, 'ingest' | 'doors'>> => {
    metrics = new Metrics();
    const logger = new JsonLogger({ level: 'info', write: (line) => log.push(line), now: Date.now });
    const own = ownContainer === undefined ? {} : { ownContainer };
    await access?.close();
    access = await Access.open({ settings, log: logger, metrics, now: Date.now });
    const ingest = await startIngest({ settings, access, store, metrics, logger, readiness: new Readiness(), now: Date.now, ...own });
    return { ingest, doors: await ingest.openDoors() };
  };
  const close = async (): Promise<void> => {
    await fixture.doors.close();
    await fixture.ingest.close();
  };
  const fixture: IngestFixture = {
    store,
    log,
    ...(await start()),
    port: (door) => Number(new URL((fixture.doors.addresses[door] ?? '').replace(/^\w+:/, 'http:')).port),
    metric: async (prefix) => sum(await metrics.registry.metrics(), prefix),
    restart: async (between) => {
      await close();
      between?.();
      Object.assign(fixture, await start());
    },
    close: async () => {
      await close();
      await access?.close();
      Line.destroyAll();
      rmSync(folder, { recursive: true });
    },
  };
  return fixture;
}

function sum(text: string, prefix: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(prefix) && /^[ {]/.test(line.slice(prefix.length) || ' '));
  return lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Both sides of the books at one scrape: in = stored + in journal + joined + duplicate + dead-lettered + dropped. */
export async function bookSides(fixture: IngestFixture): Promise<{ in: number; out: number }> {
  const names = ['stored_total', 'joined_total', 'duplicate_total', 'dead_lettered_total', 'dropped_total'];
  const [came, journal, ...rest] = await Promise.all(
    ['logweir_records_in_total', 'logweir_journal_records', ...names.map((name) => `logweir_records_${name}`)].map((name) =>
      fixture.metric(name),
    ),
  );
  return { in: came ?? 0, out: rest.reduce((total, value) => total + value, journal ?? 0) };
}

/** One raw connection: what is written and what comes back, nothing interpreted. */
export class Line {
  readonly writes: Buffer[] = [];
  ended = false;
  closed = false;

  private static readonly open = new Set<net.Socket>();

  private constructor(readonly socket: net.Socket) {
    socket.on('data', (bytes: Buffer) => this.writes.push(bytes));
    socket.on('end', () => (this.ended = true));
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => undefined);
  }

  /** Half-open ones would keep the process from ending. */
  static destroyAll(): void {
    for (const socket of Line.open) socket.destroy();
  }

  static over(socket: net.Socket): Line {
    return new Line(socket);
  }

  static async to(port: number): Promise<Line> {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    Line.open.add(socket.once('close', () => Line.open.delete(socket)));
    await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('error', reject));
    return new Line(socket);
  }

  get received(): Buffer {
    return Buffer.concat(this.writes);
  }

  /** Waits for this many bytes; what came is given back and forgotten. */
  async answer(bytes: number): Promise<Buffer> {
    const all = await eventually(
      () => {
        const { received } = this;
        if (received.length < bytes) throw new Error(`${received.length} of ${bytes} bytes came`);
        return received;
      },
      5_000,
      5,
    );
    this.writes.length = 0;
    return all;
  }
}
