/**
 * Every metric of Logweir, by name, in one place. The books of invariant 2, in lines:
 *
 *   in = stored + journal_records + joined + duplicate + dead_lettered + dropped
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Readiness } from './readiness.js';

export class Metrics {
  readonly registry = new Registry();
  private readonly readers: (() => void)[] = [];
  private readiness: Readiness | undefined;

  /** The first of the registry: a scrape collects it before all others, and with it what is read only then. */
  readonly recordsIn = new Counter({
    name: 'logweir_records_in_total',
    help: 'Lines that came in, by door; `earlier` is what came before this start, `replay` are dead letters sent again',
    labelNames: ['source'],
    registers: [this.registry],
    collect: () => this.readers.forEach((read) => read()),
  });
  readonly recordsStored = this.counter('logweir_records_stored_total', 'Records in the store');
  readonly recordsDuplicate = this.counter('logweir_records_duplicate_total', 'Lines that were here or in the store already');
  readonly recordsJoined = this.counter('logweir_records_joined_total', 'Lines that became part of another record');
  readonly recordsDeadLettered = this.counter('logweir_records_dead_lettered_total', 'Records the store refused, kept as dead letters', [
    'type',
  ]);
  readonly recordsDropped = this.counter('logweir_records_dropped_total', 'Lines that are not stored, by reason', ['reason']);

  readonly journalRecords = this.gauge('logweir_journal_records', 'Lines in the journal that are not settled yet, open joins included');
  readonly journalBytes = this.gauge('logweir_journal_bytes', 'Bytes of the journal on disk');
  readonly journalUnreadBytes = this.gauge('logweir_journal_unread_bytes', 'Bytes of the journal that are not in the store yet');
  readonly journalPendingBytes = this.gauge('logweir_journal_pending_bytes', 'Bytes read from senders that are not on disk yet');
  readonly journalWritable = this.gauge('logweir_journal_writable', '1 while the journal takes appends, else 0: sources then stop reading');
  readonly journalCommits = this.gauge('logweir_journal_commits', 'Writes followed by fdatasync since the start');
  readonly journalChunkIds = this.gauge('logweir_journal_chunk_ids', 'Chunk ids that are remembered');
  readonly journalOpenJoins = this.gauge('logweir_journal_open_joins', 'Joins whose end has not come yet');
  readonly journalEvents = this.counter(
    'logweir_journal_events_total',
    'What the journal met: early forgotten ids, damaged frames, failed writes, joins cut at a limit',
    ['event'],
  );
  readonly chunksRepeated = this.counter('logweir_chunks_repeated_total', 'Chunks that were sent again and acknowledged again');

  readonly connections = this.gauge('logweir_source_connections', 'Open connections', ['source']);
  readonly sourceBytes = this.counter('logweir_source_bytes_total', 'Bytes read from senders', ['source']);
  readonly sourceRefused = this.counter('logweir_source_refused_total', 'Connections and requests that were turned away', [
    'source',
    'reason',
  ]);
  readonly sourceHeld = this.counter('logweir_source_held_total', 'Connections over the limit that had to wait', ['source']);
  readonly sourceOddities = this.counter('logweir_source_oddities_total', 'Parts of the input that were cut or passed over', [
    'source',
    'reason',
  ]);
  readonly gateClosed = this.counter(
    'logweir_source_paused_total',
    'How often reading stopped: the journal was full, or too much waited for the disk',
    ['reason'],
  );
  readonly limitsPaused = this.counter(
    'logweir_limits_paused_total',
    'How often a sender had to wait because it sent more records or bytes a second than it may; over HTTP it gets 429',
    ['source'],
  );
  readonly limitsTableFull = this.counter(
    'logweir_limits_table_full_total',
    'How often an address found no room among those that are watched, and shared the limit of all others without',
  );
  readonly accessRefused = this.counter(
    'logweir_access_refused_total',
    'Requests turned away by the API and by /metrics before they were looked at, by code: no key, a wrong one, a foreign page',
    ['code'],
  );
  readonly auditLost = this.counter('logweir_audit_lost_total', 'Audit records that could not be kept; they are in the log');
  readonly normaliseOddities = this.counter('logweir_normalise_oddities_total', 'Fields that did not fit and were kept otherwise', [
    'reason',
  ]);

  readonly filters = this.gauge('logweir_filters', 'Filters in force: redaction, drop and sample');
  readonly filterErrors = this.gauge('logweir_filter_errors', 'Mistakes in filter files; what a filter was before goes on');
  readonly filterHits = this.counter(
    'logweir_filter_hits_total',
    'What filters did, by name and kind: values redacted, records dropped or left out of a sample',
    ['filter', 'kind'],
  );

  readonly ready = new Gauge({
    name: 'logweir_ready',
    help: '1 while a part of the process can do its work, else 0: /readyz says why',
    labelNames: ['part'],
    registers: [this.registry],
    collect: () => this.look(),
  });
  readonly storeRetries = this.counter('logweir_store_retries_total', 'Records that were sent to the store again');
  readonly storeEvents = this.counter(
    'logweir_store_events_total',
    'What the store met: retention by bytes, compaction, damaged files, splits, failovers, answers with fewer records than asked for',
    ['event'],
  );
  readonly deadLetters = this.gauge('logweir_dead_letters', 'Dead letters kept');
  readonly deadLettersReplayed = this.counter(
    'logweir_dead_letters_replayed_total',
    'Dead letters that were sent again; they come in once more',
    ['type'],
  );
  readonly deadLetterBytes = this.gauge('logweir_dead_letter_bytes', 'Bytes of dead letters on disk');
  readonly searchSeconds = new Histogram({
    name: 'logweir_search_seconds',
    help: 'Time of a question to the store',
    labelNames: ['kind'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  readonly exportsRunning = this.gauge('logweir_exports_running', 'Exports that are being sent');
  readonly exportRecords = this.counter('logweir_export_records_total', 'Records that were exported');
  readonly exportBytes = this.counter('logweir_export_bytes_total', 'Bytes of exported records');
  readonly exportsCut = this.counter(
    'logweir_exports_cut_total',
    'Exports that did not come to their end: client (it went away), stalled (it took nothing for a minute) or store',
    ['by'],
  );

  readonly tailSubscribers = this.gauge('logweir_tail_subscribers', 'Tails that this node looks for records for');
  readonly tailRecords = this.counter('logweir_tail_records_total', 'Records that were handed to tails');
  readonly tailDropped = this.counter('logweir_tail_dropped_total', 'Records that a tail did not get because it was read too slowly');
  readonly tailPassedOver = this.counter(
    'logweir_tail_passed_over_total',
    'Records that no tail looked at, because more came in than tails may cost',
  );

  readonly alertRules = this.gauge('logweir_alert_rules', 'Rules that are looked after, as this process knows them');
  readonly alertSilences = this.gauge(
    'logweir_alert_silences',
    'Silences, as this process knows them; the same on every node within a second',
  );
  readonly alertReceivers = this.gauge('logweir_alert_receivers', 'Receivers of the routes file and of REST, as this process knows them');
  readonly alertRecords = this.counter('logweir_alert_evaluated_records_total', 'Records that passed the rules');
  readonly alertRecordsSkipped = this.counter(
    'logweir_alert_skipped_records_total',
    'Records that passed no rule, because nobody took the signals for too long',
  );
  readonly alertRecordsLate = this.counter('logweir_alert_late_records_total', 'Matches that came later than their rule allows', ['rule']);
  readonly alertBehindBytes = this.gauge('logweir_alert_behind_bytes', 'Bytes of the journal that passed no rule yet');
  readonly alertSignals = this.counter('logweir_alert_signals_total', 'Signals made of matches');
  readonly alertSignalsUnheld = this.gauge('logweir_alert_signals_unheld', 'Signals that no checkpoint holds yet');
  readonly alertEvaluatorLag = this.gauge(
    'logweir_alert_evaluator_lag_seconds',
    'How far the time up to which everything is decided is behind the clock',
  );
  readonly alertOwner = this.gauge('logweir_alert_owner', '1 while this process evaluates the rules');
  readonly alertState = this.gauge('logweir_alert_groups_by_state', 'Groups of a rule by state', ['rule', 'state']);
  readonly alertGroups = this.gauge('logweir_alert_groups', 'Groups of a rule that are followed', ['rule']);
  readonly alertOtherGroup = this.counter(
    'logweir_alert_other_group_records_total',
    'Matches counted in the group __other__, because their rule has all the groups that it may have',
  );
  readonly alertUncounted = this.counter('logweir_alert_uncounted_records_total', 'Matches and values that found no room in a window');
  readonly alertRefused = this.counter('logweir_alert_refused_total', 'Alerts that were not taken because there are too many');
  readonly alertTransitions = this.counter('logweir_alert_transitions_total', 'What rules decided', ['rule', 'kind']);
  readonly alertNotifications = this.counter(
    'logweir_alert_notifications_total',
    'Messages to receivers: delivered; failed, to be tried again; replaced, not_needed, left_over; given_up, switched_off, overflow',
    ['endpoint', 'result'],
  );
  readonly alertNotificationDelay = new Histogram({
    name: 'logweir_alert_notification_delay_seconds',
    help: 'From the acceptance of the record that decided to the answer of the receiver',
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers: [this.registry],
  });
  readonly alertOutbox = this.gauge('logweir_alert_outbox_pending', 'Messages that are not delivered yet');
  readonly alertCheckpointAge = this.gauge('logweir_alert_checkpoint_age_seconds', 'Time since the last checkpoint');
  readonly alertRuleErrors = this.gauge('logweir_alert_rule_errors', 'Mistakes in rule and routing files');

  /** Gauges that are read only when somebody looks. */
  atScrape(read: () => void): void {
    this.readers.push(read);
  }

  /** What `/readyz` says, as a gauge. */
  watch(readiness: Readiness): void {
    this.readiness = readiness;
  }

  /** Process and Node metrics (CPU, memory, event loop delay, garbage collection) under their usual names. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry });
    // Gauges with the names of counters; each is also there by type, under a right name.
    for (const name of ['handles', 'requests', 'resources']) this.registry.removeSingleMetric(`nodejs_active_${name}_total`);
  }

  private async look(): Promise<void> {
    const { parts = {} } = (await this.readiness?.report()) ?? {};
    for (const [part, { ok }] of Object.entries(parts)) this.ready.set({ part }, ok ? 1 : 0);
  }

  private counter<T extends string>(name: string, help: string, labelNames: readonly T[] = []): Counter<T> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  private gauge<T extends string>(name: string, help: string, labelNames: readonly T[] = []): Gauge<T> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}
