/**
 * The copy of a Redis in a DocumentIndex, which cannot write several entries at once or not at all:
 *
 *     data/<hash>/<field>      the text as it is in Redis (redis/scripts.ts)
 *     round                    {"round":7,"parts":1}: written when all parts of the round are
 *     part/<round>/<number>    [[key, text or null], …]: what changed, in order of time
 *
 * A round writes its parts, then `round`, then the same changes over `data/`, then removes its parts. The copy is `data/`
 * with the parts of `round` over it, at any moment: the state of Redis at one point in time, so that positions never go
 * with states of another moment.
 */
import type { DocumentIndex, IndexEntry } from './document-index.js';

export const DATA = 'data/';
export const ROUND = 'round';
export const PARTS = 'part/';

export interface Round {
  readonly round: number;
  readonly parts: number;
}

export function partKey(round: number, part: number): string {
  return `${PARTS}${round}/${part}/`;
}

export function formatPart(entries: readonly IndexEntry[]): string {
  return JSON.stringify(entries.map(({ key, text }) => [key, text]));
}

/** The last round that was written whole; undefined when there never was one. */
export async function readRound(index: DocumentIndex): Promise<Round | undefined> {
  for await (const { key, text } of index.read(ROUND)) if (key === ROUND) return JSON.parse(text) as Round;
  return undefined;
}

/** Parts of a round in order; none when they are removed, as their changes are in `data/` then. */
export async function* readParts(index: DocumentIndex, { round, parts }: Round): AsyncGenerator<IndexEntry[]> {
  for (let part = 0; part < parts; part++) {
    for await (const { text } of index.read(partKey(round, part))) {
      yield (JSON.parse(text) as [string, string | null][]).map(([key, value]) => ({ key, text: value }));
    }
  }
}
