/**
 * What must have been told, and what was. An order is a fact: each that was acknowledged must come under one webhook id
 * at each receiver. An outage of a shop is an episode: it must fire once and be resolved once. A webhook id may come
 * again, that is what it is for.
 */
import type { Collected } from '../support/collector.js';

export interface Verdict {
  /** Orders and outages that were acknowledged. */
  readonly orders: number;
  readonly outages: number;
  /** Beginnings and ends that had to be told, and webhook ids under which these were. */
  readonly toTell: number;
  readonly told: number;
  /** Webhooks that were accepted, and how many of them under an id that had come before. */
  readonly webhooks: number;
  readonly repeated: number;
  /** Notices that stood in the outbox together until a newer one made them needless, by the word of the log. */
  readonly replaced: number;
  /** Orders that a digest of more than it may list told of by their number only (`truncatedAlerts`). */
  readonly counted: number;
  readonly missing: readonly string[];
  readonly twice: readonly string[];
}

interface Payload {
  readonly receiver: string;
  /** Further alerts of this notice, by number. */
  readonly truncatedAlerts: number;
  readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>> }[];
}

/** By what was told → webhook ids under which it was. */
type Told = ReadonlyMap<string, ReadonlySet<string>>;

export class Ledger {
  readonly orders = new Set<string>();
  /** Outages of each shop. */
  readonly outages = new Map<string, number>();

  /** Whether `digest` must be told of orders as well; `hook` is told of everything. */
  constructor(private readonly withDigest = true) {}

  /** Shops whose outages have all been told of, to their end. */
  quiet(accepted: readonly Collected[]): string[] {
    const { told } = readAll(accepted);
    return [...this.outages].filter(([shop, times]) => count(told, `hook/resolved/${shop}`) === times).map(([shop]) => shop);
  }

  /** `settled`: notices that the delivery says it did not need to send, as `<firing|resolved>/<shop>`. */
  judge(accepted: readonly Collected[], settled: readonly string[]): Verdict {
    const { told, truncated, webhooks, repeated } = readAll(accepted);
    const missing: string[] = [];
    const twice: string[] = [];
    const sums = { toTell: 0, told: 0 };
    const check = (what: string, wanted: number): void => {
      const times = count(told, what);
      sums.toTell += wanted;
      sums.told += times;
      if (times < wanted) missing.push(what);
      if (times > wanted) twice.push(what);
    };
    for (const order of this.orders) check(`hook/firing/${order}`, 1);
    const digested = this.withDigest ? [...this.orders] : [];
    const unlisted = new Set(digested.filter((order) => count(told, `digest/firing/${order}`) === 0));
    for (const order of digested) check(`digest/firing/${order}`, unlisted.size <= truncated && unlisted.has(order) ? 0 : 1);
    let replaced = 0;
    for (const [shop, times] of this.outages) {
      for (const status of ['firing', 'resolved']) {
        const spared = settled.filter((what) => what === `${status}/${shop}`).length;
        const left = Math.max(0, times - count(told, `hook/${status}/${shop}`));
        replaced += Math.min(spared, left);
        check(`hook/${status}/${shop}`, times - Math.min(spared, left));
      }
    }
    const outages = [...this.outages.values()].reduce((sum, times) => sum + times, 0);
    return { orders: this.orders.size, outages, ...sums, webhooks, repeated, replaced, counted: unlisted.size, missing, twice };
  }
}

function readAll(accepted: readonly Collected[]): { told: Told; truncated: number; webhooks: number; repeated: number } {
  const told = new Map<string, Set<string>>();
  const ids = new Set<string>();
  let truncated = 0;
  for (const { headers, body } of accepted) {
    const id = String(headers['webhook-id']);
    const { receiver, alerts, truncatedAlerts } = JSON.parse(body) as Payload;
    if (!ids.has(id)) truncated += truncatedAlerts;
    ids.add(id);
    for (const { status, labels } of alerts) {
      const what = `${receiver}/${status}/${labels['attributes_order'] ?? labels['attributes_shop'] ?? '?'}`;
      told.set(what, (told.get(what) ?? new Set()).add(id));
    }
  }
  return { told, truncated, webhooks: accepted.length, repeated: accepted.length - ids.size };
}

function count(told: Told, what: string): number {
  return told.get(what)?.size ?? 0;
}
