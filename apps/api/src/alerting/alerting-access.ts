import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Alerts, type OwnerRequest } from '#libs/alerts';
import type { DiscoverLink } from '#libs/kibana';
import { parseQuery } from '#libs/query';
import { REQUESTS } from '#libs/rules';
import type { Alerting, Endpoints } from '#libs/service';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';

/** Keys of the checkpoint that hold alerts: `alert/`, `alert-history/`, `alert-routing/` and `lane/`. */
const PREFIXES = ['alert', 'lane/'];

/** What the routes of alerting work with. */
@Injectable()
export class AlertingAccess {
  constructor(private readonly parts: ApiParts) {}

  get nowMs(): number {
    return this.parts.now();
  }

  /** Throws `ApiError` where this process has none. */
  get alerting(): Alerting {
    return this.parts.alerting ?? elsewhere();
  }

  get endpoints(): Endpoints {
    return this.parts.endpoints ?? elsewhere();
  }

  /** Alerts as the owner last wrote them down, with the silences and routes of now. */
  async alerts(): Promise<Alerts> {
    const { checkpoint, routing, silences } = this.alerting;
    const found = await Promise.all(PREFIXES.map((prefix) => checkpoint.read(prefix)));
    const state = new Map(found.flatMap((entries) => [...entries]));
    return new Alerts({ routing: routing.current, silences: silences.all, state, nowMs: this.nowMs });
  }

  /** The records of a query in Discover; undefined where nobody said where Kibana is. */
  discover(queryText: string, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): DiscoverLink | undefined {
    const ns = (ms: number): bigint => BigInt(Math.max(0, Math.trunc(ms))) * 1_000_000n;
    return this.parts.kibana?.link({ query: parseQuery(queryText), fromNs: ns(fromMs), toNs: ns(toMs), nowNs: ns(this.nowMs) });
  }

  /** Asks whoever looks after alerts; resolves when it is queued. */
  async ask(request: OwnerRequest): Promise<void> {
    await this.alerting.coordination.queue(REQUESTS).add({ id: `r-${randomUUID()}`, data: request });
  }
}

function elsewhere(): never {
  throw new ApiError(503, 'alerting_elsewhere', 'this process knows nothing of rules and alerts', {
    hint: 'set LOGWEIR_REDIS_URL to the Redis that all processes share, or ask the API of npm start (apps/hub)',
  });
}
