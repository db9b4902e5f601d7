export interface PatienceOptions {
  /** How long to try in all, over every step. */
  readonly timeoutMs: number;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** One line of progress. */
  readonly say: (line: string) => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/** Tries again what may go away by itself, and says why it waits: once for each reason. */
export class Patience {
  private readonly until: number;
  private said = '';

  constructor(private readonly options: PatienceOptions) {
    this.until = options.now() + options.timeoutMs;
  }

  /** Throws what `attempt` threw when waiting would not help, or when there is no time left. */
  async try<T>(attempt: () => Promise<T>): Promise<T> {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      try {
        return await attempt();
      } catch (error) {
        if (!isPassing(error)) throw error;
        const { message } = error as Error;
        if (this.options.now() + waitMs > this.until) {
          const seconds = Math.round(this.options.timeoutMs / 1000);
          throw new Error(`gave up after ${seconds} s (LOGWEIR_PROVISION_TIMEOUT): ${message}`, { cause: error });
        }
        if (message !== this.said) this.options.say(`waiting: ${message}`);
        this.said = message;
        await this.options.wait(waitMs);
      }
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}
