import { memo } from 'react';
import type { LogRecord } from '../api/answers.js';
import { dayAndTime, type Zone } from '../state/time-range.js';
import { levelOf, textOf, valueAt } from './fields.js';
import { LineText, type LineTextProps } from './line-text.js';
import { LongText } from './long-text.js';

/** Characters of a line that is not wrapped: more than any screen is wide. The open record shows all of it. */
const LONGEST_LINE = 1_000;

export interface LogRowProps {
  readonly record: LogRecord;
  readonly columns: readonly string[];
  readonly zone: Zone;
  /** Days are shown where not all records are of today. */
  readonly days: boolean;
  readonly mark: string;
  readonly wrap: boolean;
  /** Of a cell: what it is in a table, or in a grid. */
  readonly role?: 'cell' | 'gridcell';
}

/** The cells of one record. */
export const LogRow = memo(({ record, columns, zone, days, mark, wrap, role = 'gridcell' }: LogRowProps) => {
  const { day, time } = dayAndTime(Date.parse(record['@timestamp']), zone);
  const level = levelOf(record);
  return (
    <>
      <span role={role} className="cell time" title={record['@timestamp']}>
        {days && <span className="day">{day.slice(5)} </span>}
        {time}
      </span>
      <span role={role} className={`cell level ${level || 'none'}`}>
        {level || '–'}
      </span>
      {columns.map((name) => (
        <span key={name} role={role} className={name === 'message' ? 'cell message' : 'cell'}>
          <CellText
            text={textOf(valueAt(record, name))}
            original={name === 'message' ? valueAt(record, 'event.original') : undefined}
            mark={mark}
            wrap={wrap}
          />
        </span>
      ))}
    </>
  );
});

function CellText({ text, original, mark, wrap }: LineTextProps & { readonly wrap: boolean }) {
  if (wrap) return <LongText text={text}>{(part) => <LineText text={part} original={original} mark={mark} />}</LongText>;
  const cut = text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
  return <LineText text={cut.replace(/\r?\n/g, ' ⏎ ')} original={original} mark={mark} />;
}
