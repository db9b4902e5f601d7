import { Injectable } from '@nestjs/common';
import { StoreError, type OrderKey, type SearchHit, type SearchRequest } from '#libs/store';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';
import { composeQuery } from '../logs/filter.js';
import { everything } from '../logs/time-range.js';
import { NS_PER_MS } from '../logs/time.js';
import { Follow } from './container-follow.js';
import { formatLines, LINE_FIELDS, linesOf } from './container-lines.js';
import type { ContainerLogsParameters } from './containers.parameters.js';
import { parseDockerTime } from './docker-time.js';

/** Records held at once: a page of the longest lines that ingest keeps, 1 MiB, is as much as a search may answer. */
const PAGE = 1_000;
/** For one page; there may be many. */
const PAGE_TIMEOUT_MS = 30_000;

type Wanted = Pick<SearchRequest, 'query' | 'fromNs' | 'toNs'>;

interface Asked {
  readonly wanted: Wanted;
  readonly parameters: ContainerLogsParameters;
  readonly signal: AbortSignal;
  /** Absent: every record of the store counts. */
  readonly isPast?: ((key: OrderKey) => boolean) | undefined;
}

/** Where the last lines begin: at this record, behind so many of its own lines. */
interface Beginning {
  readonly key: OrderKey;
  readonly skipped: number;
  /** The newest there was when they were counted: what comes in meanwhile would be more than was asked for. */
  readonly newest: OrderKey;
}

/** The output of a container, page by page, in the order of time. */
@Injectable()
export class ContainerLogs {
  constructor(private readonly parts: ApiParts) {}

  /** `filter` names the container. Throws what is wrong with the parameters before it yields anything. */
  read(filter: string, parameters: ContainerLogsParameters, signal: AbortSignal): AsyncGenerator<string> {
    const nowNs = BigInt(Math.trunc(this.parts.now())) * NS_PER_MS;
    const { since, until, stream } = parameters;
    const filters = [filter, ...(stream === undefined ? [] : [`stream:${stream}`])];
    const wanted: Wanted = {
      query: composeQuery('', filters),
      fromNs: since === undefined ? 0n : parseDockerTime('since', since, nowNs),
      toNs: until === undefined ? everything(this.parts.now()).toNs : parseDockerTime('until', until, nowNs) + 1n,
    };
    if (parameters.follow && until !== undefined) {
      throw new ApiError(400, 'parameter_invalid', 'until: what is followed has no end', { hint: 'leave follow or until out' });
    }
    return parameters.follow ? this.follow({ wanted, nowNs, parameters, signal }) : this.lines({ wanted, parameters, signal });
  }

  private async *follow(asked: Asked & { readonly nowNs: bigint }): AsyncGenerator<string> {
    const { wanted, parameters, signal, nowNs } = asked;
    const { tail, drained } = this.parts;
    const follow = await Follow.begin({ tail, drained, query: wanted.query, nowNs, fromNs: wanted.fromNs, signal });
    try {
      // So that its reader knows that it has begun, also where nothing is there.
      yield '';
      yield* this.lines({ ...asked, isPast: (key) => follow.isPast(key) });
      for await (const hits of follow.records()) yield hits.map((hit) => formatLines(hit, parameters.timestamps)).join('');
    } finally {
      follow.close();
    }
  }

  private async *lines({ wanted, parameters, signal, isPast }: Asked): AsyncGenerator<string> {
    const { tail, timestamps } = parameters;
    if (wanted.fromNs >= wanted.toNs || tail === 0) return;
    const beginning = tail === 'all' ? undefined : await this.beginningOf({ wanted, parameters, signal, isPast }, tail);
    const from = beginning === undefined ? wanted : { ...wanted, fromNs: BigInt(beginning.key.timestampNs) };
    for await (const page of this.pages({ wanted: from, signal, isPast }, 'asc')) {
      const hits = page.filter(({ key }) => beginning === undefined || (!isBefore(key, beginning.key) && !isBefore(beginning.newest, key)));
      yield hits.map((hit) => formatLines(hit, timestamps, isSame(hit.key, beginning?.key) ? beginning?.skipped : 0)).join('');
    }
  }

  /** Goes back from the end until there are so many lines; undefined when there are not so many. */
  private async beginningOf(asked: Asked, lines: number): Promise<Beginning | undefined> {
    let found = 0;
    let newest: OrderKey | undefined;
    for await (const page of this.pages(asked, 'desc')) {
      for (const hit of page) {
        newest ??= hit.key;
        found += linesOf(hit).length;
        if (found >= lines) return { key: hit.key, skipped: found - lines, newest };
      }
    }
    return undefined;
  }

  /** Asks for the next page when the last was taken, so that memory holds one. */
  private async *pages({ wanted, signal, isPast }: Omit<Asked, 'parameters'>, order: 'asc' | 'desc'): AsyncGenerator<readonly SearchHit[]> {
    let after: OrderKey | undefined;
    for (;;) {
      signal.throwIfAborted();
      const request = { ...wanted, order, limit: PAGE, fields: LINE_FIELDS, count: false, timeoutMs: PAGE_TIMEOUT_MS, signal } as const;
      const { hits, cut, partial, warnings } = await this.parts.reader.search({ ...request, ...(after && { after }) });
      // Text has no place to say that lines are missing: whoever reads gets all of them, or an answer that breaks off.
      if (partial) throw new StoreError('store_unavailable', warnings.join('; ') || 'not everything could be read', true);
      if (hits.length > 0) yield isPast === undefined ? hits : hits.filter(({ key }) => isPast(key));
      if (hits.length < PAGE && !cut) return;
      after = hits.at(-1)?.key;
    }
  }
}

function isSame(a: OrderKey, b: OrderKey | undefined): boolean {
  return a.timestampNs === b?.timestampNs && a.sequence === b.sequence && a.node === b.node;
}

function isBefore(a: OrderKey, b: OrderKey): boolean {
  const byTime = BigInt(a.timestampNs) - BigInt(b.timestampNs);
  if (byTime !== 0n) return byTime < 0n;
  return a.sequence === b.sequence ? a.node < b.node : a.sequence < b.sequence;
}
