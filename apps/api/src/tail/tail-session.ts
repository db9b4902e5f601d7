/**
 * One tail, from its first byte to its last: first what only the store has, then what the nodes tell. It takes more from the
 * nodes only when its client has taken what was written; what waits there meanwhile is bounded.
 */
import type { Response } from 'express';
import type { Query } from '#libs/query';
import type { LogReader, StoredRecord } from '#libs/store';
import type { Missing, Place, TailEvent, TailFeed } from '#libs/tail';
import { readPast } from './past.js';
import { encodeResume, type Past, type Resume } from './resume.js';
import { tailItem, tailItemText } from './tail-item.js';
import { type TailForm, written } from './tail-writer.js';

const PING_MS = 15_000;
/** Every node that is there has answered by then. */
const UNHEARD_MS = 3_000;
/** Records that are in the future are at most a day. */
const FUTURE_NS = 2n * 86_400_000_000_000n;

export interface SessionOptions {
  readonly feed: TailFeed;
  readonly form: TailForm;
  readonly response: Response;
  readonly reader: Pick<LogReader, 'search'>;
  readonly query: Query;
  readonly resume: Resume;
  readonly sinceNs?: bigint;
  readonly fields?: readonly string[];
  /** Wall clock at the begin, nanoseconds since the epoch. */
  readonly nowNs: bigint;
  /** The client went away, or the process ends. */
  readonly signal: AbortSignal;
}

export class TailSession {
  private readonly places: Map<string, Place>;
  private past: Past | undefined;
  /** What nodes that are gone have stored is still to be told. */
  private others: boolean;
  /** Of the places to resume from: nothing was heard of them. */
  private readonly unheard: Set<string>;

  constructor(private readonly options: SessionOptions) {
    this.places = new Map(options.resume.places);
    this.past = options.resume.past;
    this.others = options.resume.places.size === 0;
    this.unheard = new Set(this.places.keys());
  }

  async run(): Promise<void> {
    const { form, signal } = this.options;
    await this.write(form.opening);
    if (this.past !== undefined) await this.readPast(this.past);
    for (let event = await this.next(); event !== undefined && !signal.aborted; event = await this.next()) {
      await this.tell(event);
    }
  }

  /** The next event; says in between that the tail is alive. */
  private async next(): Promise<TailEvent | undefined> {
    const { feed, form } = this.options;
    const coming = feed.next();
    const pinging = setInterval(() => void this.write(form.ping(this.id)), PING_MS);
    const listening = this.unheard.size === 0 ? undefined : setTimeout(() => void this.missNodes(), UNHEARD_MS);
    try {
      return await coming;
    } finally {
      clearInterval(pinging);
      clearTimeout(listening);
    }
  }

  private async missNodes(): Promise<void> {
    const nodes = [...this.unheard];
    this.unheard.clear();
    await this.write(
      nodes.map((node) => this.options.form.gap(`${node}: nothing is heard of this node, whose records were told before`)).join(''),
    );
  }

  private async tell(event: TailEvent): Promise<void> {
    const { form } = this.options;
    switch (event.kind) {
      case 'begin':
        this.places.set(event.node, event.place);
        this.unheard.delete(event.node);
        return;
      case 'missing':
        return this.readPast(this.pastOf(event.node, event));
      case 'records':
        return this.tellRecords(event);
      case 'dropped':
        return this.write(form.dropped({ count: event.count, from: event.from, to: event.to }));
      case 'gap':
        return this.write(form.gap(`${event.node}: ${event.reason}`));
    }
  }

  private async tellRecords({ node, records, place }: Extract<TailEvent, { kind: 'records' }>): Promise<void> {
    const { form } = this.options;
    let text = '';
    for (const { position, from, source } of records) {
      this.places.set(node, { position: position + 1, from });
      text += form.record(this.id, this.item(source.toString(), { position, node }));
    }
    this.places.set(node, place);
    await this.write(text);
  }

  private pastOf(node: string, { from, to }: Missing): Past {
    const { sinceNs, nowNs, resume } = this.options;
    const ranges = new Map([[node, { from, to }]]);
    // A node that was there before has a place; one that came later begins with what came since the tail did.
    if (resume.places.has(node) || from > 0) return { fromNs: 0n, others: false, ranges };
    const others = sinceNs !== undefined && this.others;
    this.others = false;
    return { fromNs: sinceNs ?? nowNs, others, ranges };
  }

  private async readPast(past: Past): Promise<void> {
    const { form, fields, nowNs } = this.options;
    for await (const { hits, gap } of readPast({ ...this.options, past, known: [...this.places.keys()], toNs: nowNs + FUTURE_NS })) {
      let text = '';
      for (const { key, record } of hits) {
        this.past = { ...past, after: key };
        text += form.record(this.id, JSON.stringify(tailItem(record, fields)));
      }
      await this.write(text + (gap === undefined ? '' : form.gap(gap)));
    }
    this.past = undefined;
  }

  private get id(): string {
    return encodeResume({ places: this.places, ...(this.past && { past: this.past }) });
  }

  private item(source: string, at: { readonly position: number; readonly node: string }): string {
    const { fields } = this.options;
    const known = fields === undefined ? tailItemText(source, at) : undefined;
    return known ?? JSON.stringify(tailItem(JSON.parse(source) as StoredRecord, fields));
  }

  private async write(text: string): Promise<void> {
    await written(this.options.response, text, this.options.signal);
  }
}
