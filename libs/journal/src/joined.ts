import { createHash } from 'node:crypto';
import { type Found, type Frame, HAS_JOINS, IS_FOOT, IS_HEAD, payloadOf } from './frame.js';
import type { Separator } from './line.js';
import { pairsOf, type JoinHead } from './payload.js';
import type { Position } from './position.js';

/** Gives the joined record as JSON text behind the sequence, from the bodies of its parts in order. */
export type Compose = (parts: readonly string[], separator: Separator) => string;

interface Part {
  readonly id: string;
  readonly ordinal: number;
  readonly body: string;
}

interface OpenJoin {
  /** Position of the frame that its first part is in: reading can begin at frames only. */
  readonly frame: Position;
  readonly separator: Separator;
  readonly parts: Part[];
}

/** What one read hands on, before the buffers are put together. */
export interface Collected {
  readonly pieces: Buffer[];
  /** By piece: how many of `positions` it and those before it hold. */
  readonly ends: number[];
  readonly positions: number[];
  bytes: number;
  /** Parts that went into the joined records here, less those records: the lines that are no records of their own. */
  joined: number;
  /** Lines that could not be read. */
  damaged: number;
}

export function nothingCollected(): Collected {
  return { pieces: [], ends: [], positions: [], bytes: 0, joined: 0, damaged: 0 };
}

/** Identity of a joined record: over the ids of all its parts, so that every replay gives the same. */
export function joinedId(ids: readonly string[]): string {
  return createHash('sha256').update(ids.join('\n')).digest().subarray(0, 16).toString('base64url');
}

/**
 * Turns frames into records: plain frames pass as they are, parts are kept until their end comes. The limits of what is
 * kept are the writer's (joins.ts), as every join has an end in the journal.
 */
export class Collector {
  /** By first position. */
  readonly #open = new Map<Position, OpenJoin>();
  /** Joins that began before this were stepped over. */
  #since: Position = 0;

  constructor(private readonly compose: Compose) {}

  /** Nothing of the joins that began before `position` is handed on: without the lines in between they would be others. */
  stepOver(position: Position): void {
    this.#open.clear();
    this.#since = position;
  }

  /** Where reading must begin to collect all open joins again: the frame in which the oldest begins. */
  get oldest(): Position | undefined {
    let oldest: Position | undefined;
    for (const { frame } of this.#open.values()) if (oldest === undefined || frame < oldest) oldest = frame;
    return oldest;
  }

  add(found: Found, into: Collected): void {
    if (!('bytes' in found)) into.damaged += found.lines;
    else if ((found.flags & (IS_HEAD | IS_FOOT)) !== 0) return;
    else if ((found.flags & HAS_JOINS) === 0) addPlain(found, into);
    else this.#addMixed(found, into);
  }

  #addMixed(frame: Frame, into: Collected): void {
    const payload = payloadOf(frame);
    let position = frame.position;
    let from = 0;
    for (const pair of pairsOf(payload)) {
      if (pair.join === undefined) into.positions.push(position);
      else {
        addBytes(payload.subarray(from, pair.from), into);
        from = pair.to;
        if ('part' in pair.join) this.#addPart(pair.join.part, payload.toString('utf8', pair.body, pair.to - 1), frame.position);
        else this.#end(pair.join.end.first, position, into);
      }
      position++;
    }
    addBytes(payload.subarray(from), into);
  }

  #addPart(head: Extract<JoinHead, { part: unknown }>['part'], body: string, frame: Position): void {
    if (head.first < this.#since) return;
    let join = this.#open.get(head.first);
    if (join === undefined) this.#open.set(head.first, (join = { frame, separator: head.separator, parts: [] }));
    join.parts.push({ id: head._id, ordinal: head.ordinal ?? join.parts.length, body });
  }

  #end(first: Position, position: Position, into: Collected): void {
    const join = this.#open.get(first);
    // It was stepped over, or none of its parts could be read: there is nothing to hand on.
    if (join === undefined) return;
    this.#open.delete(first);
    const parts = join.parts.sort((a, b) => a.ordinal - b.ordinal);
    const id = joinedId(parts.map((part) => part.id));
    const tail = this.compose(
      parts.map((part) => part.body),
      join.separator,
    );
    into.positions.push(position);
    addBytes(Buffer.from(`{"create":{"_id":"${id}"}}\n{"event":{"sequence":${position}${tail}\n`), into);
    into.joined += parts.length - 1;
  }
}

function addPlain(frame: Frame, into: Collected): void {
  for (let index = 0; index < frame.lines; index++) into.positions.push(frame.position + index);
  addBytes(payloadOf(frame), into);
}

/** After the positions of its records. */

function addBytes(bytes: Buffer, into: Collected): void {
  if (bytes.length === 0) return;
  into.pieces.push(bytes);
  into.ends.push(into.positions.length);
  into.bytes += bytes.length;
}
