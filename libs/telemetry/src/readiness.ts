/**
 * Which parts of a process can do their work now: the body of `/readyz`. A part that does not answer in time counts as
 * not ready, so a probe is always answered.
 */
export interface Condition {
  readonly ok: boolean;
  /** What is wrong and what to do; empty when ok. */
  readonly reason: string;
}

export interface ReadinessReport {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, Condition>>;
}

/** Looks at one part. May throw: the message is then the reason. */
export type ReadinessCheck = () => Condition | Promise<Condition>;

/** Below the 3 s that probes usually wait, so that they read the reason and do not merely time out. */
const CHECK_TIMEOUT_MS = 2_000;

export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();

  constructor(private readonly timeoutMs: number = CHECK_TIMEOUT_MS) {}

  /** Names are unique; the last check given under a name counts. */
  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  async report(): Promise<ReadinessReport> {
    const entries = await Promise.all([...this.checks].map(async ([name, check]) => [name, await this.look(check)] as const));
    return { ready: entries.every(([, condition]) => condition.ok), parts: Object.fromEntries(entries) };
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
