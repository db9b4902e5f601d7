import { memo } from 'react';
import type { LogRecord } from '../api/answers.js';
import type { PageState } from '../state/page-state.js';
import { LogRow, type LogRowProps } from './log-row.js';
import { RecordDetail } from './record-detail.js';
import { toggleRecord } from './use-active-row.js';

export interface LogItemProps {
  readonly record: LogRecord;
  readonly index: number;
  /** Pixels from the top of the list. */
  readonly start: number;
  /** Where the height is not that of every row: tells it. */
  readonly measure?: ((element: Element | null) => void) | undefined;
  readonly active: boolean;
  readonly row: Omit<LogRowProps, 'record'>;
  readonly state: PageState;
  readonly onPick: (index: number) => void;
}

/** A row in its place in the list, with its record below it when that is open. Scrolling draws only those that come. */
export const LogItem = memo(({ record, index, start, measure, active, row, state, onPick }: LogItemProps) => {
  const open = record.id === state.record;
  const pick = (): void => {
    onPick(index);
    // Who selects text does not mean to open it.
    if (getSelection()?.isCollapsed !== false) toggleRecord(record, state);
  };
  return (
    <div data-index={index} ref={measure} className="item" role="presentation" style={{ transform: `translateY(${start}px)` }}>
      <div
        id={`row-${index}`}
        role="row"
        aria-rowindex={index + 2}
        aria-expanded={open}
        className={active ? 'row active' : 'row'}
        onClick={pick}
      >
        <LogRow record={record} {...row} />
      </div>
      {open && <RecordDetail record={record} state={state} />}
    </div>
  );
});
