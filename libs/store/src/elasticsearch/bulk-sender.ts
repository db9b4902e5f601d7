/** One bulk request, and what became of it as a whole. */
import { allStored, describeFailure, parseError, parseItems, parseRetryAfter, type BulkItem, type Failure } from './bulk-answer.js';
import { NoAnswer, type Answer, type BulkNodes } from './bulk-nodes.js';

export type Reply =
  | { readonly kind: 'stored' }
  | { readonly kind: 'items'; readonly items: readonly BulkItem[] }
  /** 413: nothing was stored. */
  | { readonly kind: 'too_large' }
  /** 400: nothing was stored, one of the action lines cost the whole request. */
  | { readonly kind: 'malformed'; readonly failure: Failure }
  | { readonly kind: 'failed'; readonly failure: Failure };

export class BulkSender {
  readonly #query: string;

  constructor(
    private readonly nodes: BulkNodes,
    private readonly now: () => number,
    { streams, requestTimeoutMs }: { readonly streams: boolean; readonly requestTimeoutMs: number },
  ) {
    // Without `require_data_stream` a missing template would turn the stream's name into a plain index. Elasticsearch's own
    // wait for a primary shard must end before ours for the answer.
    this.#query = `${streams ? 'require_data_stream=true&' : ''}timeout=${Math.ceil(requestTimeoutMs / 2)}ms&filter_path=`;
  }

  /** `target` is where records go whose action names no index. */
  async send(target: string, body: Buffer, filter: string): Promise<Reply> {
    const path = `/${target}/_bulk?${this.#query}${filter}`;
    try {
      return this.#read(await this.nodes.request({ method: 'POST', path, type: 'application/x-ndjson', body }));
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { kind: 'failed', failure: { reason: error.message, leastMs: 0 } };
    }
  }

  #read(answer: Answer): Reply {
    if (answer.status === 200) {
      if (allStored(answer.body)) return { kind: 'stored' };
      const items = parseItems(answer.body);
      return items ? { kind: 'items', items } : { kind: 'failed', failure: describeFailure(0, parseError(answer.body)) };
    }
    if (answer.status === 413) return { kind: 'too_large' };
    const failure = describeFailure(answer.status, parseError(answer.body));
    const leastMs = Math.max(failure.leastMs, parseRetryAfter(answer.retryAfter, this.now()));
    return { kind: answer.status === 400 ? 'malformed' : 'failed', failure: { ...failure, leastMs } };
  }
}
