import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { LogRecord } from '../api/answers.js';
import { figure, messages } from '../messages/messages.js';
import type { PageState } from '../state/page-state.js';
import { dayAndTime, type Zone } from '../state/time-range.js';
import { ListHead } from './list-head.js';
import { LogItem } from './log-item.js';
import { useActiveRow } from './use-active-row.js';
import { MAX_ROWS, type Rows } from './use-logs.js';

/** Heights of a row; as in list.css. */
export const ROW_PX = { dense: 21, airy: 29 };
/** Asked for before the end is reached: a screen and some scrolling ahead. */
const AHEAD_ROWS = 250;

export function LogList({ rows, state }: { rows: Rows; state: PageState }) {
  const scroller = useRef<HTMLDivElement>(null);
  const { records } = rows;
  // The same functions from render to render: for another one it measures all rows anew.
  const virtualizer = useVirtualizer({
    count: records.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX[state.density],
    getItemKey: useCallback((index: number) => records[index]?.id ?? index, [records]),
    overscan: 10,
  });
  useEffect(() => virtualizer.measure(), [virtualizer, state.density, state.wrap]);
  const [active, setActive] = useActiveRow(records, virtualizer, state);
  const last = virtualizer.getVirtualItems().at(-1)?.index ?? 0;
  const wanted = rows.hasMore && !rows.loadingMore && last > records.length - AHEAD_ROWS;
  useEffect(() => {
    if (wanted) rows.loadMore();
  }, [wanted, last]);
  const row = useRowProps(records, state);
  return (
    <div
      ref={scroller}
      className={classesOf(state, row.days)}
      role="treegrid"
      tabIndex={0}
      aria-label={messages.list.label}
      aria-busy={rows.loading}
      aria-rowcount={rows.total?.exact === true ? rows.total.value + 1 : -1}
      aria-activedescendant={active === undefined ? undefined : `row-${active}`}
    >
      <ListHead columns={state.columns} />
      <div className="rows" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const record = records[index];
          if (record === undefined) return null;
          const measured = state.wrap || record.id === state.record;
          const measure = measured ? virtualizer.measureElement : undefined;
          const at = { index, start, measure };
          return <LogItem key={key} record={record} {...at} active={index === active} row={row} state={state} onPick={setActive} />;
        })}
      </div>
      <Foot rows={rows} />
    </div>
  );
}

function classesOf({ density, wrap }: PageState, days: boolean): string {
  return ['list', density, wrap ? 'wrap' : '', days ? 'days' : ''].filter(Boolean).join(' ');
}

/** What all rows get alike, so that none is drawn again for another's sake. */
function useRowProps(records: readonly LogRecord[], { columns, zone, mark, wrap }: PageState) {
  const days = spansDays(records, zone);
  return useMemo(() => ({ columns, zone, mark, wrap, days }), [columns, zone, mark, wrap, days]);
}

/** Whether a record that is loaded is of another day than today. */
function spansDays(records: readonly LogRecord[], zone: Zone): boolean {
  const today = dayAndTime(Date.now(), zone).day;
  return [records[0], records.at(-1)].some(
    (record) => record !== undefined && dayAndTime(Date.parse(record['@timestamp']), zone).day !== today,
  );
}

/** How the list ends: more is coming, nothing is there, or that was all. */
function Foot({ rows }: { rows: Rows }) {
  const { search, page } = messages;
  if (rows.error !== null) return null;
  if (rows.loading) return <p className="foot">{page.loading}</p>;
  if (rows.records.length === 0) {
    return (
      <p className="foot">
        <strong>{search.nothing}</strong> {search.nothingHint}
      </p>
    );
  }
  if (rows.hasMore) return <p className="foot">{search.more}</p>;
  return <p className="foot">{rows.records.length >= MAX_ROWS ? search.full(figure(MAX_ROWS)) : search.end}</p>;
}
