import { Failure } from '../api/client.js';
import { figure, messages } from '../messages/messages.js';
import type { Rows } from './use-logs.js';

const { search, page } = messages;

/** How many, how fast, how complete; or what went wrong. Loading is said as such, it is not nothing found. */
export function StatusLine({ rows, onRetry }: { rows: Rows; onRetry: () => void }) {
  if (rows.error !== null) return <Wrong error={rows.error} onRetry={onRetry} />;
  const { first } = rows;
  return (
    <p className="status" role="status">
      {first === undefined ? (
        page.loading
      ) : (
        <>
          <strong>{search.records(figure(first.total.value), first.total.exact)}</strong>
          <span className="dim">{search.took(first.took_ms)}</span>
          {first.partial && <strong className="warning">{search.partial}</strong>}
          {first.warnings.map((warning) => (
            <span key={warning} className="warning">
              {warning}
            </span>
          ))}
        </>
      )}
    </p>
  );
}

function Wrong({ error, onRetry }: { error: Error; onRetry: () => void }) {
  // The query bar tells what is wrong with a query.
  if (error instanceof Failure && error.position !== undefined) return <p className="status" />;
  const unreachable = error instanceof Failure && error.status === 0;
  return (
    <p className="status wrong" role="alert">
      <strong>{unreachable ? page.unreachable : error.message}</strong>
      {error instanceof Failure && error.hint !== undefined && <span>{error.hint}</span>}
      <button type="button" onClick={onRetry}>
        {page.retry}
      </button>
    </p>
  );
}
