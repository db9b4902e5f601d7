/** Brings to the copy what changed in Redis, in rounds (copy-format.ts). One process at a time does so, any of them. */
import { randomUUID } from 'node:crypto';
import type { Report } from '../documents.js';
import { reasonOf } from '../errors.js';
import type { RedisConnection } from '../redis/connection.js';
import { BEGIN, FINISH, HOLD, RELEASE, TAKE } from '../redis/scripts.js';
import { DATA, formatPart, partKey, PARTS, readParts, readRound, ROUND, type Round } from './copy-format.js';
import type { DocumentIndex, IndexEntry } from './document-index.js';
import { listAll } from './listing.js';

/** Longer than one write to the index may take; a copier that died is followed after it. */
const LOCK_MS = 60_000;
const PART_ENTRIES = 2_000;
/** One text of 1 MiB may come on top; as JSON in JSON it becomes up to four times that. */
const PART_BYTES = 1024 * 1024;
const APPENDS = /^data\/checkpoint:([^/]+)\/#appends$/;

/** Another process copies, or Redis was emptied meanwhile: the next round sees to it. */
class RoundLost extends Error {}

export class Copier {
  readonly #token = randomUUID();
  #running: Promise<void> | undefined;
  /** Whether the last round of this process reached its end; until then it may have left something half done. */
  #settled = false;
  #away = false;

  constructor(
    private readonly connection: RedisConnection,
    private readonly index: DocumentIndex,
    private readonly report: Report,
  ) {}

  /** The index did not take the last round; '' when it did. */
  trouble = '';

  /** One round; resolves when it has ended, well or not. Calls during a round share it. */
  copy(): Promise<void> {
    this.#running ??= this.#attempt().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #attempt(): Promise<void> {
    try {
      await this.#round();
      if (this.#away) this.report('copy_back', {});
      this.#away = false;
      this.trouble = '';
    } catch (error) {
      this.#settled = false;
      if (error instanceof RoundLost) return;
      this.trouble = reasonOf(error);
      if (!this.#away) this.report('copy_away', { error: this.trouble });
      this.#away = true;
    } finally {
      await this.connection.runOnce(RELEASE, [this.#token]).catch(() => undefined);
    }
  }

  async #round(): Promise<void> {
    let begun = await this.connection.run(BEGIN, [this.#token, LOCK_MS]);
    if (begun[0] === 'unlisted') {
      await listAll(this.connection, this.index);
      begun = await this.connection.run(BEGIN, [this.#token, LOCK_MS]);
    }
    const [outcome, number, incarnation] = begun;
    if (outcome !== 'ok') return;
    const round = Number(number);
    await this.#settle(round);
    const { parts, upTo, appends, only } = await this.#writeParts(round, String(incarnation));
    const written = { round, parts };
    await this.#write([{ key: ROUND, text: JSON.stringify(written) }], round);
    await this.#apply(written, only);
    const [ended] = await this.connection.run(FINISH, [this.#token, String(incarnation), upTo, ...[...appends].flat()]);
    if (ended !== 'ok') throw new RoundLost();
    this.#settled = true;
  }

  /** Another process, or this one, may have ended in the middle of a round; or the index was lost. */
  async #settle(round: number): Promise<void> {
    if (this.#settled) return;
    const last = await readRound(this.index);
    if (last === undefined) await listAll(this.connection, this.index);
    else for await (const entries of readParts(this.index, last)) await this.#write(entries, round);
    for await (const { key } of this.index.read(PARTS)) await this.#write([{ key, text: null }], round);
  }

  /** Ends at a moment in which nothing more has changed: what was written until then is the state of that moment. */
  async #writeParts(
    round: number,
    incarnation: string,
  ): Promise<{ parts: number; upTo: string; appends: Map<string, string>; only: IndexEntry[] }> {
    const appends = new Map<string, string>();
    let upTo = '0';
    for (let parts = 0; ; parts++) {
      const [outcome, last, more, flat] = await this.connection.run(TAKE, [
        this.#token,
        LOCK_MS,
        incarnation,
        upTo,
        PART_ENTRIES,
        PART_BYTES,
      ]);
      if (outcome !== 'ok') throw new RoundLost();
      const entries = entriesOf(flat as readonly (string | null)[]);
      upTo = String(last);
      for (const { key, text } of entries) {
        const name = APPENDS.exec(key)?.[1];
        if (name !== undefined && text !== null) appends.set(name, text);
      }
      await this.#write([{ key: partKey(round, parts), text: formatPart(entries) }], round);
      if (more !== 1) return { parts: parts + 1, upTo, appends, only: parts === 0 ? entries : [] };
    }
  }

  /** Only as long as no other process has taken over. */
  async #write(entries: readonly IndexEntry[], round: number): Promise<void> {
    const [outcome] = await this.connection.run(HOLD, [this.#token, LOCK_MS]);
    if (outcome !== 'ok') throw new RoundLost();
    await this.index.write(entries, round);
  }

  /** `only` is the one part of a short round, which need not be read again. */
  async #apply(round: Round, only: readonly IndexEntry[]): Promise<void> {
    if (round.parts === 1) await this.#write(only, round.round);
    else for await (const entries of readParts(this.index, round)) await this.#write(entries, round.round);
    for (let part = 0; part < round.parts; part++) await this.#write([{ key: partKey(round.round, part), text: null }], round.round);
  }
}

function entriesOf(flat: readonly (string | null)[]): IndexEntry[] {
  const entries: IndexEntry[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) entries.push({ key: `${DATA}${flat[at] ?? ''}`, text: flat[at + 1] ?? null });
  return entries;
}
