import { useMemo } from 'react';
import type { LogRecord } from '../api/answers.js';
import { Failure } from '../api/client.js';
import { messages } from '../messages/messages.js';
import type { PageState } from '../state/page-state.js';
import { LogRow } from './log-row.js';
import { RecordDetail } from './record-detail.js';
import { useRecord } from './use-logs.js';

/** The record that a link is about, above the list where the list does not have it. */
export function LinkedRecord({ state, records }: { state: PageState; records: readonly LogRecord[] }) {
  const { record: id, zone, columns } = state;
  const listed = useMemo(() => id === '' || records.some((record) => record.id === id), [id, records]);
  const { data: record, error } = useRecord(listed ? '' : id);
  if (listed) return null;
  if (error instanceof Failure && (error.status === 404 || error.status === 400)) {
    return <p className="linked">{messages.record.gone}</p>;
  }
  if (record === undefined) return null;
  const row = { record, columns, zone, mark: state.mark, wrap: true, days: true };
  return (
    <div className="list wrap days linked" role="grid" aria-label={messages.record.label}>
      <div className="row active" role="row">
        <LogRow {...row} />
      </div>
      <RecordDetail record={record} state={state} />
    </div>
  );
}
