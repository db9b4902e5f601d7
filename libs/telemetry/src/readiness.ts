/**
 * Whether a balancer or an orchestrator should send work to this process now: `/readyz`. A part that does not answer in
 * time counts as not ready, so a probe is always answered.
 */
export interface Condition {
  readonly ok: boolean;
  /** What is wrong and what to do; empty when ok. */
  readonly reason: string;
}

/**
 * `ready`: all is well. `degraded`: the process does its work, and something that it can do without for a while is away.
 * `unready`: it cannot do its work. `draining`: it is about to end and must get nothing new.
 */
export type ReadinessStatus = 'ready' | 'degraded' | 'unready' | 'draining';

export interface ReadinessReport {
  /** 200 or 503: ready and degraded processes get work. */
  readonly ready: boolean;
  readonly status: ReadinessStatus;
  readonly parts: Readonly<Record<string, Condition>>;
}

/** Looks at one part. May throw: the message is then the reason. */
export type ReadinessCheck = () => Condition | Promise<Condition>;

/** Below the 3 s that probes usually wait, so that they read the reason and do not merely time out. */
const CHECK_TIMEOUT_MS = 2_000;

export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private needed: ReadonlySet<string> | undefined;
  private isDraining = false;

  constructor(private readonly timeoutMs: number = CHECK_TIMEOUT_MS) {}

  get draining(): boolean {
    return this.isDraining;
  }

  /** Names are unique; the last check given under a name counts. */
  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** Without one of these the process cannot do its work; without this call, without any part. */
  needs(...parts: readonly string[]): void {
    this.needed = new Set(parts);
  }

  /** From now on the answer is no, whatever the parts say. */
  drain(): void {
    this.isDraining = true;
  }

  async report(): Promise<ReadinessReport> {
    const entries = await Promise.all([...this.checks].map(async ([name, check]) => [name, await this.look(check)] as const));
    const away = entries.filter(([, { ok }]) => !ok).map(([name]) => name);
    const status = this.statusOf(away);
    return { ready: status === 'ready' || status === 'degraded', status, parts: Object.fromEntries(entries) };
  }

  private statusOf(away: readonly string[]): ReadinessStatus {
    if (this.isDraining) return 'draining';
    if (away.length === 0) return 'ready';
    return away.some((name) => this.needed?.has(name) ?? true) ? 'unready' : 'degraded';
  }

  private async look(check: ReadinessCheck): Promise<Condition> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Condition>((resolve) => {
      timer = setTimeout(() => resolve({ ok: false, reason: `no answer within ${this.timeoutMs} ms` }), this.timeoutMs);
    });
    try {
      return await Promise.race([Promise.resolve().then(check), late]);
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}
