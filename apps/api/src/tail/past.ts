import { setTimeout as pause } from 'node:timers/promises';
import type { Query } from '#libs/query';
import type { LogReader, SearchHit } from '#libs/store';
import type { Past } from './resume.js';

const PAGE = 500;
const PAGE_TIMEOUT_MS = 10_000;
/** A store that cannot answer for so long is given up, and the client told. */
const TRIES = 5;
const AGAIN_MS = 1_000;

export interface PastOptions {
  readonly reader: Pick<LogReader, 'search'>;
  readonly query: Query;
  readonly past: Past;
  /** Nodes that tell of themselves. */
  readonly known: readonly string[];
  readonly fields?: readonly string[];
  /** Exclusive. */
  readonly toNs: bigint;
  readonly signal: AbortSignal;
}

/** One page of what the store has of it; why when it is not all. */
export interface PastPage {
  readonly hits: readonly SearchHit[];
  readonly gap?: string;
}

/** What the store has of a past, in the order of time, page by page. */
export async function* readPast(options: PastOptions): AsyncGenerator<PastPage> {
  const { query, past, fields } = options;
  const request = {
    query: { type: 'and', clauses: [query, rangesOf(past, options.known)] } as const,
    fromNs: past.fromNs,
    toNs: options.toNs,
    limit: PAGE,
    order: 'asc' as const,
    timeoutMs: PAGE_TIMEOUT_MS,
    signal: options.signal,
    ...(fields && { fields: [...fields, 'event.sequence', 'logweir.node'] }),
  };
  let { after } = past;
  for (;;) {
    const result = await search(options, { ...request, ...(after && { after }) });
    if (typeof result === 'string') {
      yield { hits: [], gap: result };
      return;
    }
    const { hits, cut, partial, warnings } = result;
    yield { hits, ...(partial && { gap: `the store did not look at everything: ${warnings.join('; ')}` }) };
    after = hits.at(-1)?.key;
    if (hits.length < PAGE && !cut) return;
  }
}

async function search({ reader, signal }: PastOptions, request: Parameters<LogReader['search']>[0]) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await reader.search(request);
    } catch (error) {
      if (signal.aborted || attempt === TRIES) return `the store does not answer: ${(error as Error).message}`;
      await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

function rangesOf({ ranges, others }: Past, known: readonly string[]): Query {
  const named = [...ranges].map(([node, { from, to }]): Query => {
    const clauses = [nodeIs(node), sequence('>=', from), sequence('<', to)];
    return { type: 'and', clauses };
  });
  if (!others) return { type: 'or', clauses: named };
  const unnamed: Query = { type: 'not', clause: { type: 'or', clauses: [...new Set([...known, ...ranges.keys()])].map(nodeIs) } };
  return { type: 'or', clauses: [...named, unnamed] };
}

function nodeIs(node: string): Query {
  return { type: 'match', field: 'logweir.node', value: { kind: 'phrase', text: node } };
}

function sequence(operator: '>=' | '<', value: number): Query {
  return { type: 'range', field: 'event.sequence', operator, value: String(value) };
}
