import type { SearchHit } from '#libs/store';

/** What of a record its lines are made of. */
export const LINE_FIELDS = ['message', 'event.original'];

/**
 * The lines of a record as the container wrote them, colours included. A stack trace was many lines that Docker knows one by one;
 * here they share the time of the first.
 */
export function linesOf({ record }: Pick<SearchHit, 'record'>): readonly string[] {
  const { event, message } = record as { event?: { original?: unknown }; message?: unknown };
  const text = event?.original ?? message;
  return typeof text === 'string' ? text.split('\n') : [''];
}

/** Lines as `docker logs` prints them; the time has always nine decimals. */
export function formatLines(hit: Pick<SearchHit, 'record'>, timestamps: boolean, skipped = 0): string {
  const time = timestamps ? `${String(hit.record['@timestamp'])} ` : '';
  return linesOf(hit)
    .slice(skipped)
    .map((line) => `${time}${line}\n`)
    .join('');
}
