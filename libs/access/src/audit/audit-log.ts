import type { Documents } from '#libs/documents';
import type { Logger } from '#libs/telemetry';
import type { Audit, AuditEntry } from './audit.js';

/** Some months of changes by people; each at most 4 KiB, so 8 MiB in all. */
export const MAX_ENTRIES = 2_000;
/** What is over the limit goes in groups, so that the collection is listed seldom. */
const PRUNE_EVERY = 100;
const MAX_DETAIL_BYTES = 4 * 1024;
const MAX_TEXT = 256;
const COLLECTION = 'audit';

export interface AuditLogOptions {
  /** To write to. */
  readonly documents: () => Promise<Documents>;
  /** To read from, as they are now, where another process writes too; `documents` when that sees everything. */
  readonly current?: () => Promise<Documents>;
  /** Every entry is a line of the log as well, so that it can be collected elsewhere. */
  readonly log: Logger;
  /** 12 hexadecimal digits, different each time. */
  readonly random: () => string;
  /** An entry that could not be kept. */
  readonly onLost?: () => void;
}

/** The last entries in order, kept in documents: one each, whose id begins with its time. */
export class AuditLog implements Audit {
  private appended = 0;

  constructor(private readonly options: AuditLogOptions) {}

  async append(entry: AuditEntry): Promise<void> {
    const { log, random, onLost } = this.options;
    const kept = bounded(entry);
    log.info('audit', { ...kept });
    try {
      const at = Math.max(Date.parse(kept.at) || 0, 0);
      const documents = await this.options.documents();
      await documents.put(COLLECTION, `${String(at).padStart(15, '0')}-${random()}`, kept, 0);
      if (this.appended++ % PRUNE_EVERY === 0) await this.prune();
    } catch (error) {
      onLost?.();
      log.error('an audit record could not be kept', { action: kept.action, target: kept.target, reason: (error as Error).message });
    }
  }

  /** Newest first; `before` is the time from which on nothing is wanted. */
  async list(limit: number, before?: string): Promise<readonly AuditEntry[]> {
    const current = await this.open();
    const all = (await current.list(COLLECTION)).map(({ value }) => value as AuditEntry);
    const wanted = before === undefined ? all : all.filter(({ at }) => Date.parse(at) < Date.parse(before));
    return wanted.slice(-limit).reverse();
  }

  private async prune(): Promise<void> {
    const documents = await this.open();
    const all = await documents.list(COLLECTION);
    for (const { id } of all.slice(0, Math.max(0, all.length - MAX_ENTRIES))) await documents.remove(COLLECTION, id);
  }

  private open(): Promise<Documents> {
    const { current, documents } = this.options;
    return (current ?? documents)();
  }
}

function bounded(entry: AuditEntry): AuditEntry {
  const { at, actor, action, target, outcome, detail } = entry;
  const short = { at, outcome, actor: actor.slice(0, MAX_TEXT), action: action.slice(0, MAX_TEXT), target: target.slice(0, MAX_TEXT) };
  if (detail === undefined) return short;
  return { ...short, detail: Buffer.byteLength(JSON.stringify(detail)) > MAX_DETAIL_BYTES ? { cut: true } : detail };
}
