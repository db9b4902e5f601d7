import { type ChunkFrame, ForwardError, type Frame } from '#libs/protocols/forward';
import type { Event } from '#libs/record';

/** A frame as the vectors write it down. For tests and the fuzzer. */
export interface Summary {
  readonly kind: string;
  readonly tag?: string;
  readonly events?: readonly Event[];
  readonly id?: string | null;
  readonly hash?: string | null;
  readonly ack?: string | null;
  readonly size?: number | null;
  readonly compression?: string | null;
  readonly malformed?: number;
  readonly signal?: string;
  readonly code?: string;
  readonly error?: string;
}

/** The bytes whole, one by one, in sevens, and cut in two at up to 40 places. */
export function* splits(bytes: Buffer): Generator<Buffer[]> {
  yield [bytes];
  for (const step of [1, 7]) {
    yield Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) => bytes.subarray(index * step, (index + 1) * step));
  }
  for (let at = 1; at < Math.min(bytes.length, 40); at += 1) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

/** Neighbouring batches are one: how many there are depends on the reads, the events in them do not. */
export function summaries(frames: readonly Frame[]): Summary[] {
  const found: Summary[] = [];
  for (const frame of frames) {
    const last = found.at(-1);
    if (frame.kind === 'events' && last?.kind === 'events') {
      found[found.length - 1] = { kind: 'events', events: [...(last.events ?? []), ...frame.events.map(plainEvent)] };
    } else found.push(summary(frame));
  }
  return found;
}

function summary(frame: Frame): Summary {
  switch (frame.kind) {
    case 'events':
      return { kind: 'events', events: frame.events.map(plainEvent) };
    case 'chunk':
      return chunkSummary(frame);
    case 'refused':
      return { kind: 'refused', signal: frame.signal };
    case 'broken':
      return { kind: 'broken', code: frame.error.code };
    default:
      return { kind: frame.kind };
  }
}

function chunkSummary(frame: ChunkFrame): Summary {
  const { chunk, entries } = frame;
  const head = {
    kind: 'chunk',
    tag: frame.tag,
    id: chunk?.id.toString() ?? null,
    hash: chunk?.hash.toString('hex') ?? null,
    ack: chunk?.ack.toString('hex') ?? null,
    size: frame.declaredSize ?? null,
    compression: entries.compression ?? null,
  };
  try {
    const events: Event[] = [];
    for (let slice = entries.next(2); slice.length > 0; slice = entries.next(2)) events.push(...slice.map(plainEvent));
    return { ...head, events, malformed: entries.malformed };
  } catch (error) {
    if (!(error instanceof ForwardError)) throw error;
    return { ...head, error: error.code };
  }
}

/** With ordinary objects and arrays only, as JSON gives them. */
function plainEvent(event: Event): Event {
  const plain = JSON.parse(JSON.stringify({ ...event, text: event.text ?? null }, tagged)) as Event;
  return plain;
}

function tagged(this: unknown, key: string, value: unknown): unknown {
  const held = (this as Record<string, unknown>)[key];
  if (typeof held === 'bigint') return { $bigint: held.toString() };
  return held instanceof Uint8Array ? { $bytes: Buffer.from(held).toString('hex') } : value;
}
