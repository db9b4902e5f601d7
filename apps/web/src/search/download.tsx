import { useMutation } from '@tanstack/react-query';
import { addressOf, send } from '../api/client.js';
import { currentKey } from '../api/key.js';
import { messages } from '../messages/messages.js';
import type { PageState } from '../state/page-state.js';

const { download: texts } = messages;
const FORMATS = { ndjson: 'JSON', csv: 'CSV', text: texts.text } as const;
type Format = keyof typeof FORMATS;

/** Every record of the search as a file, however many there are. */
export function Download({ state }: { state: PageState }) {
  const fetching = useMutation({ mutationFn: (format: Format) => save(exportOf(state, format), format) });
  return (
    <div className="download">
      <span>{texts.title}</span>
      {Object.entries(FORMATS).map(([format, name]) =>
        currentKey() === undefined ? (
          <a key={format} href={`api/v1/${exportOf(state, format as Format)}`} download>
            {name}
          </a>
        ) : (
          <button key={format} type="button" disabled={fetching.isPending} onClick={() => fetching.mutate(format as Format)}>
            {name}
          </button>
        ),
      )}
      {fetching.error !== null && <p className="warning">{fetching.error.message}</p>}
    </div>
  );
}

function exportOf({ q, from, to, filters, columns }: PageState, format: Format): string {
  const fields = format === 'csv' ? ['@timestamp', 'log.level', ...columns].join(',') : undefined;
  return addressOf('logs/export', { q, from, to, filter: filters, format, fields });
}

/** A link cannot carry a key: the browser keeps the answer, on its disk when it is large, and saves it from there. */
async function save(address: string, format: Format): Promise<void> {
  const response = await send(address, { accept: '*/*' });
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = `logs.${format === 'text' ? 'log' : format}`;
  link.click();
  URL.revokeObjectURL(url);
}
