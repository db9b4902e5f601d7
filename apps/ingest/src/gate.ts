/** A failed append is tried again this much later: the disk is not asked in a tight loop. */
const JOURNAL_RETRY_MS = 100;

/**
 * Tells every source whether it may read. Closed while the journal cannot take more, or while more bytes wait for the
 * disk than the limit allows: sources then stop reading, so that back-pressure shows on the senders' sockets and
 * nothing is dropped.
 */
export class Gate {
  private pendingBytes = 0;
  private readonly waiting: (() => void)[] = [];
  private journalOpen = true;

  /** `maxPendingBytes`: bytes read from all sockets together that are not on disk yet. */
  constructor(
    private readonly maxPendingBytes: number,
    private readonly onClose: (reason: 'journal' | 'pending') => void,
  ) {}

  get open(): boolean {
    return this.journalOpen && this.pendingBytes < this.maxPendingBytes;
  }

  /** Resolves as soon as reading may go on. */
  async opened(): Promise<void> {
    while (!this.open) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Resolves when the journal takes appends again; at once when it does, but never within the same turn. */
  async journalOpened(): Promise<void> {
    do await new Promise<void>((resolve) => setTimeout(resolve, JOURNAL_RETRY_MS));
    while (!this.journalOpen);
  }

  /** Waits at most `ms`; tells whether reading may go on. */
  async openWithin(ms: number): Promise<boolean> {
    if (this.open) return true;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([this.opened(), patience]);
    clearTimeout(timer);
    return this.open;
  }

  /** The journal says whether it takes appends. */
  setJournal(open: boolean): void {
    if (this.journalOpen && !open) this.onClose('journal');
    this.journalOpen = open;
    this.wake();
  }

  /** Counts `bytes` as waiting for the disk until `done` settles. */
  hold(bytes: number, done: Promise<unknown>): void {
    const wasOpen = this.open;
    this.pendingBytes += bytes;
    if (wasOpen && !this.open) this.onClose('pending');
    const release = (): void => {
      this.pendingBytes -= bytes;
      this.wake();
    };
    done.then(release, release);
  }

  private wake(): void {
    if (!this.open) return;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
