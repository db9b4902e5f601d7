/**
 * The whole path on one screen: doors → pipeline → journal → drain → store. Opened from the end to the front, so that
 * nothing comes in before it can be kept, and closed the other way round.
 */
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Settings } from '#libs/config';
import { DeadLetters, Joins, Journal } from '#libs/journal';
import { beginTrace, continueTrace, Datasets, formatTimestamp, Normaliser } from '#libs/record';
import type { TraceState } from '#libs/record';
import { type Access, type Alerting, Closing, FilterFiles, nodeName } from '#libs/service';
import type { LogWriter } from '#libs/store';
import type { Logger, Metrics, Readiness } from '#libs/telemetry';
import { DatasetFile } from './dataset-file.js';
import { openableDoors } from './doors.js';
import { type RunningDetect, startDetect } from './detect/start-detect.js';
import { Drain } from './drain.js';
import { Gate } from './gate.js';
import { type Books, Ledger } from './ledger.js';
import { ownContainerId, readProcessTraces } from './own-container.js';
import { Pipeline } from './pipeline.js';
import { RejectionDesk } from './rejection-desk.js';
import type { Source } from './sources/source.js';
import { Streams } from './streams.js';
import { Tail } from './tail/tail.js';

export interface IngestOptions {
  readonly settings: Settings;
  readonly store: LogWriter;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly readiness: Readiness;
  /** Who may come in at the HTTP door, and how much each may send. */
  readonly access: Access;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** Rules to pass the records to; none: nobody is alerted. */
  readonly alerting?: Alerting;
  /** Of the container whose lines are our own; found out when absent. */
  readonly ownContainer?: string;
}

/** Bytes from all senders that may wait for the disk: a quarter second at 100 MB/s, and the most that memory holds of them. */
const MAX_PENDING_BYTES = 32 * 1024 * 1024;
/** `message` beyond this is cut: no page shows it, and Elasticsearch's heap pays for it. */
const MAX_MESSAGE = 1024 * 1024;
const DAY_MS = 86_400_000;
/** At the end the store gets so long for what is left, and as long again for what is on its way; the rest is in the journal. */
const DRAIN_DEADLINE_MS = 2_000;

/** How often it is looked whether the store has caught up. */
const DRAINED_MS = 50;

export interface Ingest {
  readonly doors: readonly Source[];
  readonly desk: RejectionDesk;
  /** Resolves when all that is on disk now has been stored; false when the signal came first. */
  drained(signal: AbortSignal): Promise<boolean>;
  readonly filters: FilterFiles;
  status(): IngestStatus;
  readonly tail: Tail;
  readonly closing: Closing;
}

/** How far records are, now. Bytes. */
export interface IngestStatus {
  readonly records: Omit<Books, 'journal'>;
  readonly journal: { readonly bytes: number; readonly max_bytes: number; readonly records: number };
  /** What of the journal is not in the store yet, and what passed no rule yet where there are any. */
  readonly lag: { readonly drain_bytes: number; readonly detect_bytes?: number };
}

export async function openIngest(options: IngestOptions): Promise<Ingest> {
  const { settings, store, metrics, logger, readiness } = options;
  const closing = new Closing();
  const monotonic = (): number => performance.now();
  const wallNs = (): bigint => BigInt(options.now()) * 1_000_000n;
  const gate = new Gate(MAX_PENDING_BYTES, (reason) => metrics.gateClosed.inc({ reason }));
  const watched: Watched = {
    count: (event, by = 1) => metrics.journalEvents.inc({ event }, by),
    report: (event, fields) => logger.warn(event.replaceAll('_', ' '), fields),
  };
  const filters = await FilterFiles.open({ settings: settings.filters, metrics, log: logger });
  closing.add('filters', () => filters.close());
  const datasets = await openDatasets(options, closing);
  const { journal, normaliser } = await openJournal(options, { gate, wallNs, now: monotonic, filters, ...watched, ...datasets });
  closing.add('journal', () => journal.close());

  const letters = await openLetters(settings, watched);
  closing.add('dead letters', () => letters.close());
  const reader = journal.reader('drain');
  const { alerting } = options;
  const detect = alerting && startDetect({ ...options, alerting, journal, now: monotonic, wall: options.now });
  if (detect) closing.add('detect', () => detect.close());
  const tail = new Tail({ journal, drain: reader, metrics, log: logger, now: monotonic, delay: (ms) => pause(ms), busy: busyTime() });
  closing.add('tail', () => tail.close());
  const ledger = new Ledger(metrics, reader.start.counters, journal.lines);
  const redact = (source: string): string => filters.current?.redactRecord(source) ?? source;
  const desk = new RejectionDesk({ letters, journal, ledger, at: () => formatTimestamp(wallNs()), redact });
  const delay = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }).catch(() => undefined);
  const drain = new Drain({ reader, store, desk, ledger, log: logger, now: monotonic, delay });
  drain.start();
  closing.add('drain', () => drain.close(DRAIN_DEADLINE_MS));

  const rules = { begin: beginTrace, continue: (state: unknown, text: string) => continueTrace(state as TraceState, text) };
  const joins = new Joins({ now: monotonic, count: watched.count, ...(settings.join.traces ? { rules } : {}) });
  const ownContainer = options.ownContainer ?? ownContainerId(readProcessTraces(hostname()));
  const streams = new Streams({ traces: settings.join.traces, ...(ownContainer === undefined ? {} : { ownContainer }) });
  const pipeline = new Pipeline({ journal, joins, normaliser, streams, gate, ledger, wallNs, filters });
  closing.add('pipeline', () => pipeline.close());

  readiness.add('journal', () => ({ ok: journal.writable, reason: journal.reason }));
  watch(metrics, journal, letters);
  const doors = openableDoors({
    settings,
    access: options.access,
    pipeline,
    metrics,
    logger,
    nodeName: nodeName(settings, hostname()),
    isDraining: () => readiness.draining,
    now: monotonic,
  });
  const drained = async (signal: AbortSignal): Promise<boolean> => {
    const { durable } = journal;
    const isStored = (): boolean => reader.committed >= durable || journal.unreadBytes === 0;
    while (!isStored() && !signal.aborted) await delay(DRAINED_MS, signal);
    return isStored();
  };
  const status = (): IngestStatus => statusOf({ ledger, journal, detect, maxBytes: settings.journal.maxBytes });
  return { doors, desk, drained, filters, status, tail, closing };
}

/** Part of the time since its last call that this thread's event loop was not idle. */
function busyTime(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}

interface Watched {
  readonly count: (event: string, by?: number) => void;
  readonly report: (event: string, fields: Readonly<Record<string, unknown>>) => void;
}

interface JournalAround extends Watched {
  readonly gate: Gate;
  readonly wallNs: () => bigint;
  readonly now: () => number;
  readonly filters: FilterFiles;
  readonly datasetOf?: (tag: string) => string | undefined;
}

/** Datasets by forward tag, where the store has a data stream for each. */
async function openDatasets({ settings, logger }: IngestOptions, closing: Closing): Promise<Pick<JournalAround, 'datasetOf'>> {
  const { datasets: by, maxDatasets: limit } = settings.elasticsearch;
  if (settings.store.kind !== 'elasticsearch' || by === 'off') return {};
  const file = await DatasetFile.open(path.join(settings.data.dir, 'datasets.json'), (message) => logger.error(message));
  closing.add('datasets', () => file.close());
  const part = by === 'tag' ? undefined : Number(/\d/.exec(by)?.[0]);
  const datasets = new Datasets({ part, limit, known: file.names, added: (names) => file.save(names) });
  return { datasetOf: (tag) => datasets.of(tag) };
}

/** The journal, and the normaliser that also makes one record of a join's parts when the journal is read. */
async function openJournal({ settings, metrics, logger }: IngestOptions, around: JournalAround) {
  const { gate, wallNs, now, filters, count, report, datasetOf } = around;
  const composer: { compose: (parts: readonly string[], separator: '' | '\n') => string } = { compose: () => '}' };
  const journal = await Journal.open({
    ...journalSettings(settings),
    node: nodeName(settings, hostname()),
    compose: (parts, separator) => composer.compose(parts, separator),
    now,
    wallNs,
    onWritable: (writable, reason) => {
      gate.setJournal(writable);
      if (!writable) logger.error('senders have to wait', { reason });
    },
    count,
    report,
  });
  gate.setJournal(journal.writable);
  const normaliser = new Normaliser({
    node: journal.node,
    host: nodeName(settings, hostname()),
    zone: settings.time.zone,
    retentionMs: settings.store.retentionDays * DAY_MS,
    maxMessage: MAX_MESSAGE,
    ...(datasetOf && { datasetOf }),
    count: (reason) => metrics.normaliseOddities.inc({ reason }),
  });
  composer.compose = (parts, separator) => {
    const joined = normaliser.join(parts, separator);
    return filters.current?.redact(joined) ?? joined;
  };
  return { journal, normaliser };
}

function openLetters({ data, deadletters }: Settings, watched: Watched): Promise<DeadLetters> {
  return DeadLetters.open({ dir: path.join(data.dir, 'dead-letters'), maxBytes: deadletters.maxBytes, ...watched });
}

function journalSettings({ data, journal }: Settings) {
  return {
    dir: path.join(data.dir, 'journal'),
    segmentBytes: journal.segmentBytes,
    maxBytes: journal.maxBytes,
    freeFloorBytes: journal.freeFloor,
    dedupeMs: journal.dedupeWindow,
    dedupeBytes: journal.dedupeBytes,
  };
}

interface Measured {
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly detect: RunningDetect | undefined;
  readonly maxBytes: number;
}

function statusOf({ ledger, journal, detect, maxBytes }: Measured): IngestStatus {
  const { journal: waiting, ...records } = ledger.all;
  const { bytes = 0, unread_bytes = 0 } = journal.gauges;
  return {
    records,
    journal: { bytes, max_bytes: maxBytes, records: waiting },
    lag: { drain_bytes: unread_bytes, ...(detect && { detect_bytes: detect.behindBytes }) },
  };
}

/** Gauges are read when somebody looks. */
function watch(metrics: Metrics, journal: Journal, letters: DeadLetters): void {
  metrics.atScrape(() => {
    const { gauges } = journal;
    metrics.journalBytes.set(gauges['bytes'] ?? 0);
    metrics.journalUnreadBytes.set(gauges['unread_bytes'] ?? 0);
    metrics.journalPendingBytes.set(gauges['pending_bytes'] ?? 0);
    metrics.journalWritable.set(journal.writable ? 1 : 0);
    metrics.journalCommits.set(gauges['commits'] ?? 0);
    metrics.journalChunkIds.set(gauges['chunk_ids'] ?? 0);
    metrics.journalOpenJoins.set(gauges['open_joins'] ?? 0);
    metrics.deadLetters.set(letters.count);
    metrics.deadLetterBytes.set(letters.bytes);
  });
}
