/** What the client and the thread that owns PGlite say to each other: one request, one reply of the same id. */

export interface Rows {
  readonly rows: readonly Record<string, unknown>[];
  readonly rowCount: number;
}

/** An error of the database: BullMQ looks at `code` and `detail`. */
export interface Failure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
}

export type Call =
  | { readonly call: 'query'; readonly text: string; readonly params: readonly unknown[] }
  | { readonly call: 'listen' | 'unlisten'; readonly channel: string }
  | { readonly call: 'close' };

export type ToWorker = Call & { readonly id: number };

export type FromWorker =
  | { readonly opened: true }
  | { readonly failed: string }
  | { readonly id: number; readonly result: Rows }
  | { readonly id: number; readonly error: Failure }
  | { readonly channel: string; readonly payload: string };

export interface WorkerData {
  /** Absolute. */
  readonly folder: string;
  /** Only fill the folder, then end: the thread's memory goes with it. */
  readonly prepareOnly?: boolean;
}
