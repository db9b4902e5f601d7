export { chunkHash } from './chunk-hash.js';
export type { Cursor } from './cursor.js';
export type { DeadLetter } from './dead-letter-file.js';
export { DeadLetters, type DeadLettersOptions, type LetterPage, type ListRequest } from './dead-letters.js';
export {
  AppendError,
  DeadLetterError,
  JournalClosedError,
  JournalError,
  JournalFolderError,
  JournalFullError,
  JournalWriteError,
} from './errors.js';
export { Journal, type Outcome } from './journal.js';
export type { Compose } from './joined.js';
export { Joins, type JoinsOptions, type PartialMark, type Placing, type TraceRules } from './joins.js';
export type { Append, EndLine, Line, LineSource, PartLine, ReadyLine, Separator } from './line.js';
export type { JournalOptions } from './options.js';
export type { Position } from './position.js';
export type { CommitExtras, CopyLimits, Delivery, Piece, Read, Reader, ReaderStart, ReadLimits } from './reader.js';
export type { Report } from './recovery.js';
