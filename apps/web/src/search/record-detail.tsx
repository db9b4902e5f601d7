import { useState } from 'react';
import type { LogRecord } from '../api/answers.js';
import { CopyButton } from '../copy-button.js';
import { messages } from '../messages/messages.js';
import type { PageState } from '../state/page-state.js';
import { addressWith } from '../state/use-page-state.js';
import { valueAt } from './fields.js';
import { ContextView, ScopeButtons } from './context-view.js';
import { FieldTable } from './field-table.js';
import { JsonTree } from './json-tree.js';
import { LongText } from './long-text.js';
import { useRecord } from './use-logs.js';

const { record: texts } = messages;
const MINUTES_MS = 5 * 60_000;

/** All of a record, below its row. Until the rest has come it shows what the list knows. */
export function RecordDetail({ record: known, state }: { record: LogRecord; state: PageState }) {
  const [asJson, setAsJson] = useState(false);
  const { data: record = known } = useRecord(known.id);
  const trace = valueAt(record, 'error.stack_trace');
  return (
    <div className="detail" role="row">
      <div role="gridcell">
        <div className="actions">
          <button type="button" aria-pressed={!asJson} onClick={() => setAsJson(false)}>
            {texts.fields}
          </button>
          <button type="button" aria-pressed={asJson} onClick={() => setAsJson(true)}>
            {texts.json}
          </button>
          <ScopeButtons around={state.around} />
          <CopyButton label={texts.link} text={() => addressWith(standingAt(record))} />
          <CopyButton label={texts.copyJson} text={() => JSON.stringify(record, null, 2)} />
        </div>
        {state.around !== '' && <ContextView id={record.id} scope={state.around} state={state} />}
        {typeof trace === 'string' && (
          <pre className="stack-trace" aria-label={texts.stack} tabIndex={0}>
            <LongText text={trace} />
          </pre>
        )}
        {asJson ? <JsonTree name="" value={record} /> : <FieldTable record={record} state={state} />}
      </div>
    </div>
  );
}

/** Times that lie around the record, so that the list of who opens the link has it too. */
function standingAt(record: LogRecord): Partial<PageState> {
  const at = Date.parse(record['@timestamp']);
  return { record: record.id, from: new Date(at - MINUTES_MS).toISOString(), to: new Date(at + MINUTES_MS).toISOString() };
}
