export interface Stream {
  readonly isTTY?: boolean;
  write(text: string | Uint8Array): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

/** What is used of the process. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly version: () => string;
  readonly readFile: (path: string) => string;
  readonly openFile: (path: string) => AsyncIterable<Uint8Array>;
  /** Aborted when a person ends it. */
  readonly signal: AbortSignal;
  /** Runs another program of Logweir in the place of this one; resolves with its exit code. */
  readonly exec: (program: 'doctor', args: readonly string[]) => Promise<number>;
}
