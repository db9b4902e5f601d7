/** Whether this is a server that we know: Elasticsearch 9.x. Asked in plain JSON, as the client's own media type ends in riddles on 8.x. */
import { StoreError } from '../errors.js';
import { describeFailure, parseError } from './bulk-answer.js';
import { NoAnswer, type Answer, type BulkNodes } from './bulk-nodes.js';

const MAJOR = 9;

interface Info {
  readonly version?: { readonly number?: string; readonly distribution?: string };
  readonly tagline?: string;
}

/** Throws `StoreError`: retryable when there was no answer, final when it is another product or version. */
export async function checkProduct(nodes: BulkNodes): Promise<void> {
  const answer = await ask(nodes);
  if (answer.status !== 200) {
    throw new StoreError('store_unavailable', describeFailure(answer.status, parseError(answer.body)).reason, true);
  }
  const { version = {} } = parseInfo(answer.body);
  const found = version.number ?? 'of unknown version';
  if (version.distribution === 'opensearch' || answer.product !== 'Elasticsearch') {
    const product = version.distribution === 'opensearch' ? `OpenSearch ${found}` : 'not Elasticsearch';
    throw new StoreError('store_internal', `the server is ${product}; Logweir stores into Elasticsearch ${MAJOR}.x, or into DuckDB`, false);
  }
  if (Number.parseInt(found, 10) !== MAJOR) {
    throw new StoreError('store_internal', `the server is Elasticsearch ${found}; Logweir needs ${MAJOR}.x, or stores into DuckDB`, false);
  }
}

async function ask(nodes: BulkNodes): Promise<Answer> {
  try {
    return await nodes.request({ method: 'GET', path: '/' });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new StoreError('store_unavailable', error.message, true, { cause: error });
  }
}

function parseInfo(body: Buffer): Info {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
