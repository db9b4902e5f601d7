import type { Failure } from '../api/client.js';
import { messages } from '../messages/messages.js';

/** Characters of the query that are shown on each side of the wrong one. */
const AROUND = 40;

/** What is wrong with a query, with the very character marked. */
export function QueryError({ query, failure }: { query: string; failure: Failure }) {
  const position = failure.position ?? 0;
  const start = Math.max(0, position - AROUND);
  return (
    <p className="query-error" role="alert">
      <code>
        {start > 0 && '…'}
        {query.slice(start, position)}
        <mark className="wrong">{query.slice(position, position + 1) || ' '}</mark>
        {query.slice(position + 1, position + AROUND)}
      </code>
      <span>
        {failure.message} ({messages.search.position(position + 1)}){failure.hint && ` – ${failure.hint}`}
      </span>
    </p>
  );
}
