import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import {
  type ChunkFrame,
  encodeMessagePack,
  encodePing,
  FieldCache,
  ForwardDecoder,
  ForwardError,
  Handshake,
} from '#libs/protocols/forward';
import { decodeJsonBody, decodeJsonLine, LineDecoder } from '#libs/protocols/ndjson';
import { type JournalFuzz, LINES, QUERIES, runNormaliser, runQuery } from './fuzz-behind.js';

/** What stands under the fuzzer. A new one is a line in `fuzzTargets`. */
export interface FuzzTarget {
  readonly name: string;
  /** Valid input: what is mutated. */
  readonly seeds: readonly Buffer[];
  /** Takes the pieces of one stream. Anything thrown is a crash; errors that the decoder may throw are caught here. */
  readonly run: (pieces: readonly Buffer[]) => void | Promise<void>;
  /** Takes part in one of this many cases only, because it works on the disk. */
  readonly oneIn?: number;
}

/** Small, so that reaching a limit is a usual case and memory shows a leak. */
const LIMITS = { maxFrameBytes: 256 * 1024, maxInflatedBytes: 1024 * 1024, maxStringBytes: 8 * 1024 };

/** A start of a journal syncs a few files: about 5 ms. */
const JOURNAL_ONE_IN = 400;

export function fuzzTargets(root: URL, journal: JournalFuzz): FuzzTarget[] {
  const forward = vectors(root, (file) => file !== 'json.json' && file !== 'packed.json');
  const nonce = Buffer.alloc(16, 7);
  const ping = encodePing({ nonce, auth: nonce }, { hostname: 'client', salt: nonce, sharedKey: 'k', username: 'u', password: 'p' });
  const lines = Buffer.from('{"time":"2026-11-21T04:05:06Z","level":"info","msg":"hello","a":{"b":[1,2,"서버"]}}\r\n\n{"m":1}\nno json\n');
  return [
    { name: 'forward', seeds: [...forward, ...captures(root)], run: runForward },
    { name: 'compressed', seeds: [...vectors(root, (file) => file === 'packed.json'), manyEntries()], run: runForward },
    { name: 'json connection', seeds: vectors(root, (file) => file === 'json.json'), run: runForward },
    { name: 'handshake', seeds: [ping, Buffer.concat([ping, ...forward.slice(0, 3)])], run: (pieces) => runHandshake(pieces, nonce) },
    { name: 'json lines', seeds: [lines], run: runLines },
    { name: 'http body', seeds: [lines, Buffer.from('[{"a":1},{"b":[true,null]},3]'), Buffer.from('{\n "a": {"b": 1}\n}')], run: runBody },
    { name: 'query', seeds: QUERIES, run: runQuery },
    { name: 'normaliser', seeds: [...LINES, ...forward], run: runNormaliser },
    { name: 'journal', seeds: journal.seeds, run: journal.run, oneIn: JOURNAL_ONE_IN },
  ];
}

const cache = new FieldCache();

/** Beside not falling over: any split gives what the whole gives. */
function runForward(pieces: readonly Buffer[]): void {
  const split = readAll(new ForwardDecoder({ ...LIMITS, cache }), pieces);
  const whole = readAll(new ForwardDecoder({ ...LIMITS, cache }), [Buffer.concat(pieces)]);
  if (split !== whole) throw new Error(`in pieces: ${split}, whole: ${whole}`);
}

function runHandshake(pieces: readonly Buffer[], nonce: Buffer): void {
  const handshake = new Handshake({ sharedKey: 'k', users: { u: 'p' }, hostname: 'hub', randomBytes: () => nonce });
  readAll(new ForwardDecoder({ ...LIMITS, cache, handshake: true }), pieces, handshake);
}

/** What came out, short: how many events, and every other frame. */
function readAll(decoder: ForwardDecoder, pieces: readonly Buffer[], handshake?: Handshake): string {
  let events = 0;
  const others: string[] = [];
  for (const frame of pieces.flatMap((piece) => decoder.push(piece))) {
    if (frame.kind === 'events') events += frame.events.length;
    else others.push(frame.kind === 'chunk' ? readChunk(frame) : frame.kind === 'broken' ? frame.error.code : frame.kind);
    if (frame.kind === 'ping') handshake?.answer(frame.ping);
  }
  if (decoder.pendingBytes > LIMITS.maxFrameBytes) throw new Error(`${decoder.pendingBytes} bytes are held, more than the limit`);
  return `${events} events, ${others.join(', ')}`;
}

function readChunk({ entries, chunk }: ChunkFrame): string {
  let events = 0;
  try {
    for (let slice = entries.next(100); slice.length > 0; slice = entries.next(100)) events += slice.length;
  } catch (error) {
    if (!(error instanceof ForwardError)) throw error;
    return error.code;
  }
  return `chunk ${chunk?.hash.toString('hex') ?? ''} of ${events} + ${entries.malformed}`;
}

function runLines(pieces: readonly Buffer[]): void {
  const decoder = new LineDecoder({ maxLineBytes: 4096 });
  for (const piece of pieces) decoder.push(piece).forEach((line) => decodeJsonLine(line));
  decoder.end().forEach((line) => decodeJsonLine(line));
}

function runBody(pieces: readonly Buffer[]): void {
  decodeJsonBody(Buffer.concat(pieces));
}

function vectors(root: URL, wanted: (file: string) => boolean): Buffer[] {
  const folder = new URL('test/vectors/forward/', root);
  const files = readdirSync(folder).filter(wanted);
  const cases = files.flatMap((file) => (JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { cases: { hex: string }[] }).cases);
  return cases.map(({ hex }) => Buffer.from(hex, 'hex'));
}

function captures(root: URL): Buffer[] {
  const folder = new URL('test/vectors/docker/', root);
  const files = readdirSync(folder).filter((file) => /^fluentd-(default|subsecond|request).*\.bin$/.test(file));
  return files.map((file) => readFileSync(new URL(file, folder)));
}

function manyEntries(): Buffer {
  const entries = Array.from({ length: 30 }, (_, index) => encodeMessagePack([1_700_000_000, { log: `line ${index}`, source: 'stdout' }]));
  return encodeMessagePack(['t', gzipSync(Buffer.concat(entries)), { chunk: 'abc', compressed: 'gzip', size: 30 }]);
}
