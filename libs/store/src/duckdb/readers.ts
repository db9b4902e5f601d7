import type { DuckDBConnection, DuckDBInstance, DuckDBValue, JS } from '@duckdb/node-api';
import { tooLarge } from '../answer-size.js';
import { StoreError } from '../errors.js';

/** How long an answer may take, and whether anybody still waits for it. */
export class Deadline {
  private readonly endsAt: number;

  constructor(
    timeoutMs: number,
    readonly signal: AbortSignal,
  ) {
    this.endsAt = performance.now() + timeoutMs;
  }

  get leftMs(): number {
    return Math.max(0, this.endsAt - performance.now());
  }

  get passed(): boolean {
    return this.leftMs === 0;
  }
}

/** A query that its deadline ended; the answer then says `partial`. */
export class DeadlinePassed extends Error {}

/** Searches at once; each has a connection of its own so that it can be interrupted alone. More wait in line. */
const MAX_READERS = 4;
/** Longest time setTimeout takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const throwIfAborted = (deadline: Deadline): void => {
  if (deadline.signal.aborted) throw new StoreError('store_aborted', 'the search was aborted by its caller', false);
};

/** Connections that only read. */
export class Readers {
  private readonly idle: DuckDBConnection[] = [];
  private readonly waiting: ((connection: DuckDBConnection) => void)[] = [];

  static async open(instance: DuckDBInstance): Promise<Readers> {
    const readers = new Readers();
    for (let index = 0; index < MAX_READERS; index += 1) readers.idle.push(await instance.connect());
    return readers;
  }

  /** Rows of one statement. Throws `DeadlinePassed`, or `StoreError` when aborted or too large. */
  async rows(sql: string, params: readonly DuckDBValue[], deadline: Deadline): Promise<JS[][]> {
    const connection = await this.take();
    try {
      throwIfAborted(deadline);
      if (deadline.passed) throw new DeadlinePassed();
      return await this.run(connection, { sql, params }, deadline);
    } finally {
      this.give(connection);
    }
  }

  closeSync(): void {
    for (const connection of this.idle) connection.closeSync();
  }

  private async run(
    connection: DuckDBConnection,
    statement: { sql: string; params: readonly DuckDBValue[] },
    deadline: Deadline,
  ): Promise<JS[][]> {
    const interrupt = () => connection.interrupt();
    const timer = setTimeout(interrupt, Math.min(deadline.leftMs, MAX_TIMER_MS));
    deadline.signal.addEventListener('abort', interrupt);
    try {
      const result = await connection.runAndReadAll(statement.sql, [...statement.params]);
      throwIfAborted(deadline);
      return result.getRowsJS();
    } catch (error) {
      throwIfAborted(deadline);
      if (deadline.passed) throw new DeadlinePassed();
      throw (error as Error).message.startsWith('Out of Memory Error') ? tooLarge("the store's memory", error) : error;
    } finally {
      clearTimeout(timer);
      deadline.signal.removeEventListener('abort', interrupt);
    }
  }

  private take(): Promise<DuckDBConnection> {
    const connection = this.idle.pop();
    if (connection !== undefined) return Promise.resolve(connection);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private give(connection: DuckDBConnection): void {
    const next = this.waiting.shift();
    if (next === undefined) this.idle.push(connection);
    else next(connection);
  }
}
