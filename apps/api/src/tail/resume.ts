/**
 * The id of a tail's event, from which the tail can be resumed: a place in the journal of every node, and, while it still
 * reads what lies before these, how far it is there. Opaque for clients: base64url of
 *
 *     [version, [[node, position, position - from], …], past?]
 *     past: [from_ns, others, [[node, from, to], …], after?]      after: [ts_ns, sequence, node]
 */
import { z } from 'zod';
import type { OrderKey } from '#libs/store';
import type { Place } from '#libs/tail';
import { ApiError } from '../errors.js';

/** What a tail still has to find in the store. */
export interface Past {
  /** Of `@timestamp`, inclusive. */
  readonly fromNs: bigint;
  /** Also records of nodes that have no place. */
  readonly others: boolean;
  /** By node: sequences, `to` excluded. */
  readonly ranges: ReadonlyMap<string, { readonly from: number; readonly to: number }>;
  /** Found so far, in the order of time. */
  readonly after?: OrderKey;
}

export interface Resume {
  readonly places: ReadonlyMap<string, Place>;
  readonly past?: Past;
}

const VERSION = 1;
/** More nodes than a cluster of ours has; the id goes with every record. */
export const MAX_NODES = 64;
/** Of so many nodes with names of common length, and half of what a request's head may have. */
export const MAX_RESUME = 8_192;

const nanoseconds = z.string().regex(/^\d{1,19}$/);
const position = z.int().min(0);
const node = z.string().min(1).max(256);
const past = z.tuple([
  nanoseconds,
  z.boolean(),
  z.array(z.tuple([node, position, position])).max(MAX_NODES),
  z.tuple([nanoseconds, position, node]).optional(),
]);
const wire = z.tuple([z.literal(VERSION), z.array(z.tuple([node, position, position])).max(MAX_NODES), past.optional()]);

export function encodeResume({ places, past }: Resume): string {
  const nodes = [...places].map(([name, { position, from }]) => [name, position, position - from]);
  return Buffer.from(JSON.stringify(past === undefined ? [VERSION, nodes] : [VERSION, nodes, pastFields(past)])).toString('base64url');
}

function pastFields({ fromNs, others, ranges, after }: Past): readonly unknown[] {
  const fields = [fromNs.toString(), others, [...ranges].map(([name, { from, to }]) => [name, from, to])];
  return after === undefined ? fields : [...fields, [after.timestampNs, after.sequence, after.node]];
}

/** Throws `ApiError` when the text was not made by `encodeResume` of this version. */
export function decodeResume(text: string): Resume {
  const parsed = wire.safeParse(parseJson(Buffer.from(text.slice(0, MAX_RESUME), 'base64url').toString()));
  if (!parsed.success || parsed.data[1].some(([, at, back]) => back > at)) {
    throw new ApiError(400, 'cursor_invalid', 'this id of a tail cannot be read', {
      hint: 'take the id of the last event as it is, or leave cursor and Last-Event-ID out',
    });
  }
  const [, nodes, found] = parsed.data;
  const places = new Map(nodes.map(([name, at, back]) => [name, { position: at, from: at - back }]));
  return found === undefined ? { places } : { places, past: pastOf(found) };
}

function pastOf([fromNs, others, ranges, after]: z.output<typeof past>): Past {
  return {
    fromNs: BigInt(fromNs),
    others,
    ranges: new Map(ranges.map(([name, from, to]) => [name, { from, to }])),
    ...(after !== undefined && { after: { timestampNs: after[0], sequence: after[1], node: after[2] } }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
