import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Channels } from './bus.js';
import type { Context } from './context.js';
import type { Lease } from './coordination.js';

/**
 * A lease is a row or key with an owner and an end. Its owner moves the end on once a second; when it dies, the end passes and
 * whoever tries next has it: after at most LEASE_MS + RETRY_MS = 3.5 s, under the 5 s that are promised.
 */
const LEASE_MS = 3_000;
const RENEW_MS = 1_000;
const RETRY_MS = 500;
/** The owner stops so much before the server gives it to another: room for timers that fire late. */
const MARGIN_MS = 300;
const RELEASED = 'lease-released';

export interface LeaseClaim {
  readonly name: string;
  /** Of one call, so that a reply that was lost on its way does no harm: the same owner may claim again. */
  readonly owner: string;
  readonly leaseMs: number;
}

/** What a server must do, each in one atomic step and by its own clock. */
export interface LeaseStore {
  /** The fence, or undefined while another has it. */
  claim(claim: LeaseClaim, epochMs: number): Promise<number | undefined>;
  /** False when it is another's or nobody's. */
  renew(claim: LeaseClaim): Promise<boolean>;
  release(claim: LeaseClaim): Promise<void>;
}

interface Parts {
  readonly store: LeaseStore;
  readonly channels: Channels;
  readonly context: Context;
}

/** Waits until the lease is ours; rejects with the signal's reason when that aborts first. */
export async function takeLease(name: string, signal: AbortSignal, parts: Parts): Promise<Lease> {
  const { store, channels, context } = parts;
  const claim: LeaseClaim = { name, owner: randomUUID(), leaseMs: LEASE_MS };
  let wake = new AbortController();
  const released = await channels.subscribe(RELEASED, (message) => message === name && wake.abort()).catch(() => undefined);
  try {
    for (;;) {
      signal.throwIfAborted();
      wake = new AbortController();
      const asked = context.monotonic();
      const fence = await store.claim(claim, context.now()).catch((error: Error) => {
        context.log.debug('the lease cannot be asked for', { lease: name, reason: error.message });
        return undefined;
      });
      if (fence !== undefined) return await held(new HeldLease(claim, fence, asked, parts), signal);
      await wait(RETRY_MS, undefined, { signal: AbortSignal.any([signal, wake.signal]) }).catch(() => undefined);
    }
  } finally {
    await released?.close().catch(() => undefined);
  }
}

/** It came after all, but nobody wants it any more. */
async function held(lease: HeldLease, signal: AbortSignal): Promise<Lease> {
  if (!signal.aborted) return lease;
  await lease.release();
  throw signal.reason;
}

class HeldLease implements Lease {
  private readonly loss = new AbortController();
  private validUntil: number;
  private timer: NodeJS.Timeout;
  private ended = false;

  constructor(
    private readonly claim: LeaseClaim,
    readonly fence: number,
    asked: number,
    private readonly parts: Parts,
  ) {
    this.validUntil = asked + LEASE_MS - MARGIN_MS;
    this.timer = setTimeout(() => void this.renew(), RENEW_MS);
  }

  get lost(): AbortSignal {
    return this.loss.signal;
  }

  async release(): Promise<void> {
    if (this.ended) return;
    this.end();
    const { store, channels } = this.parts;
    // When the server is away the end of the lease passes on its own.
    await store.release(this.claim).then(
      () => channels.publish(RELEASED, this.claim.name).catch(() => undefined),
      () => undefined,
    );
  }

  private async renew(): Promise<void> {
    const { store, context } = this.parts;
    const asked = context.monotonic();
    if (asked >= this.validUntil) return this.lose('its time passed');
    // A server that does not answer must not keep the owner in the belief that it still is one.
    this.timer = setTimeout(() => this.lose('the server does not answer'), this.validUntil - asked);
    const renewed = await store.renew(this.claim).catch((error: Error) => error);
    if (this.ended) return;
    clearTimeout(this.timer);
    if (renewed === false) return this.lose('another has it');
    if (renewed === true) this.validUntil = asked + LEASE_MS - MARGIN_MS;
    const left = this.validUntil - context.monotonic();
    this.timer = setTimeout(() => void this.renew(), Math.max(0, Math.min(renewed === true ? RENEW_MS : RETRY_MS, left)));
  }

  private lose(reason: string): void {
    if (this.ended) return;
    this.end();
    this.parts.context.log.warn('a lease is lost', { lease: this.claim.name, fence: this.fence, reason });
    this.loss.abort(new Error(`the lease "${this.claim.name}" is lost: ${reason}`));
  }

  private end(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }
}
