/**
 * Who may come in, and what was changed by whom: keys and audit records, current in every process. With a Redis they are there, and
 * every process is told of a change; without one they are files in `data/access`, which the command writes as well.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { AuditLog, checkListeners, Doorkeeper, isLoopback, KeyRing, KEYS, Limits, type Listener } from '#libs/access';
import type { Settings } from '#libs/config';
import type { Logger, Metrics } from '#libs/telemetry';
import { AccessFolder } from './access-folder.js';
import type { Alerting } from './alerting.js';
import { Closing } from './closing.js';

/** Servers that are away are asked again this often. */
const AGAIN_MS = 1_000;

export interface AccessOptions {
  readonly settings: Settings;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** Where keys are when it is shared with other processes. */
  readonly alerting?: Alerting;
}

export class Access {
  readonly keys: KeyRing;
  readonly audit: AuditLog;
  readonly limits: Limits;
  private readonly closing = new Closing();
  private following: NodeJS.Timeout | undefined;
  private closed = false;

  private constructor(private readonly options: AccessOptions) {
    const { alerting, log, metrics, settings } = options;
    this.limits = limitsOf(settings, () => metrics.limitsTableFull.inc());
    const folder = accessFolder(settings, log);
    const audit = { log, random: auditId, onLost: () => metrics.auditLost.inc() };
    if (alerting?.isShared === true) {
      const { documents } = alerting;
      this.keys = new KeyRing(() => documents.list(KEYS), log);
      this.audit = new AuditLog({ ...audit, documents: async () => documents });
      return;
    }
    this.keys = new KeyRing(() => folder.list(KEYS), log);
    let writing: ReturnType<AccessFolder['open']> | undefined;
    this.audit = new AuditLog({ ...audit, documents: () => (writing ??= folder.open()), current: () => folder.open() });
    folder.watch(KEYS, () => void this.keys.load().catch((error: Error) => log.error('keys cannot be read', { reason: error.message })));
    this.closing.add('folder', () => folder.close());
  }

  /** Keys in files are read when it resolves; those on a server as soon as it answers: until then HTTP doors are shut. */
  static async open(options: AccessOptions): Promise<Access> {
    const access = new Access(options);
    const { alerting } = options;
    if (alerting?.isShared !== true) {
      await access.keys.load();
      return access;
    }
    alerting.coordination.onReconnect(() => void access.keys.load().catch(() => undefined));
    await access.follow(alerting);
    return access;
  }

  /** For an HTTP listener at this address. */
  doorkeeper(host: string): Doorkeeper {
    const { settings, now } = this.options;
    return new Doorkeeper({ keys: this.keys, limits: this.limits, openWithoutKeys: settings.access.open || isLoopback(host), now });
  }

  /** Throws when strangers could come in and nobody said that they may; call it before anything listens. */
  check(listeners: readonly Listener[]): void {
    const open = checkListeners(listeners, this.options.settings.access.open);
    if (open.length === 0) return;
    const settings = open.map(({ setting, host }) => `${setting}=${host}`);
    this.options.log.warn('other machines can reach this without a key, as LOGWEIR_ACCESS_OPEN says', { listeners: settings.join(' ') });
  }

  /** Whether HTTP is guarded: by a key, or by being shut as long as it is not known whether there is one. */
  get guardsHttp(): boolean {
    return !this.keys.isLoaded || !this.keys.isEmpty;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.following);
    await this.closing.close();
  }

  private async follow(alerting: Alerting): Promise<void> {
    try {
      const subscription = await alerting.coordination.subscribe(KEYS, () => void this.keys.load().catch(() => undefined));
      this.closing.add(KEYS, () => subscription.close());
      await this.keys.load();
    } catch (error) {
      this.options.log.warn('keys cannot be read', { reason: (error as Error).message });
      await this.closing.close().catch(() => undefined);
      if (!this.closed) this.following = setTimeout(() => void this.follow(alerting), AGAIN_MS);
    }
  }
}

/** Where keys and audit records are without a Redis. */
export function accessFolder(settings: Settings, log: Logger): AccessFolder {
  return new AccessFolder(path.join(settings.data.dir, 'access'), (event, details) => log.warn(event.replaceAll('_', ' '), details));
}

/** Makes two entries of the same millisecond two. */
export function auditId(): string {
  return randomBytes(6).toString('hex');
}

function limitsOf({ limits }: Settings, onTableFull: () => void): Limits {
  return new Limits({
    perKey: { records: limits.keyRecords, bytes: limits.keyBytes },
    perAddress: { records: limits.addressRecords, bytes: limits.addressBytes },
    connectionsPerAddress: limits.addressConnections,
    wrongKeysPerMinute: limits.wrongKeys,
    now: () => performance.now(),
    onTableFull,
  });
}
