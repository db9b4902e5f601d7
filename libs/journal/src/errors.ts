import { FRAME_HEAD_BYTES } from './frame.js';
import { type RescuedLine, rescueLines } from './payload.js';
import type { Position } from './position.js';

/** Every error of the journal has a stable `code`; the message says what, where, and what to do. */
export class JournalError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Nothing was stored: no room by the limits or on the disk. Try again when `writable` is true. */
export class JournalFullError extends JournalError {
  constructor(reason: string) {
    super('journal_full', `the journal takes nothing now: ${reason}`);
  }
}

/** Nothing of this append was stored: the write or the sync failed. The journal goes on in a new segment when it can. */
export class JournalWriteError extends JournalError {
  /** `frames`: by position, what did not reach the disk. */
  constructor(
    file: string,
    cause: unknown,
    private readonly frames: ReadonlyMap<Position, Buffer> = new Map(),
  ) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super('journal_write_failed', `cannot write ${file}: ${why}; nothing of this append is stored`, { cause });
  }

  /** The lines of the append that was given this position, to append them again. */
  rescue(position: Position): RescuedLine[] {
    const frame = this.frames.get(position);
    return frame === undefined ? [] : rescueLines(frame.subarray(FRAME_HEAD_BYTES));
  }
}

export class JournalClosedError extends JournalError {
  constructor() {
    super('journal_closed', 'the journal is closed');
  }
}

/** The append itself is wrong: too long, or without lines. Trying again does not help. */
export class AppendError extends JournalError {
  constructor(message: string) {
    super('journal_append_invalid', message);
  }
}

/** The folder was written by another version, or is in use by another process. */
export class JournalFolderError extends JournalError {
  constructor(message: string) {
    super('journal_folder_unusable', message);
  }
}

export class DeadLetterError extends JournalError {
  constructor(message: string) {
    super('dead_letter_damaged', message);
  }
}
