import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, type RefObject } from 'react';
import { figure, messages } from '../messages/messages.js';
import { ListHead } from '../search/list-head.js';
import { LogItem } from '../search/log-item.js';
import { ROW_PX } from '../search/log-list.js';
import type { PageState } from '../state/page-state.js';
import type { TailBuffer, TailRow } from './tail-buffer.js';

const { tail: texts } = messages;
/** Nearer to the end than this is at the end. */
const END_PX = 24;
/** Heights are told in whole pixels, places are not. */
const ROUNDED_PX = 2;

/** Rows of a tail move; there is none for keys to stay on. */
const nothing = (): void => undefined;

export interface TailListProps {
  readonly buffer: TailBuffer;
  readonly state: PageState;
  readonly paused: boolean;
  readonly onPause: (paused: boolean) => void;
}

export function TailList({ buffer: { rows }, state, paused, onPause }: TailListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX[state.density],
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    overscan: 10,
  });
  const onScroll = useEnd({ scroller, rows, state, paused, onPause });
  const { columns, zone, mark, wrap, density } = state;
  const row = useMemo(() => ({ columns, zone, mark, wrap, days: false }), [columns, zone, mark, wrap]);
  return (
    <div
      ref={scroller}
      className={`list ${density}${wrap ? ' wrap' : ''}`}
      role="treegrid"
      tabIndex={0}
      aria-label={texts.label}
      aria-rowcount={-1}
      onScroll={onScroll}
    >
      <ListHead columns={columns} />
      <div className="rows" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const found = rows[index];
          if (found === undefined) return null;
          const measured = wrap || (found.kind === 'record' && found.record.id === state.record);
          const at = { index, start, measure: measured ? virtualizer.measureElement : undefined };
          return found.kind === 'record' ? (
            <LogItem key={key} record={found.record} {...at} active={false} row={row} state={state} onPick={nothing} />
          ) : (
            <Note key={key} row={found} start={start} />
          );
        })}
      </div>
      {rows.length === 0 && <p className="foot">{texts.waiting}</p>}
    </div>
  );
}

function Note({ row, start }: { row: Exclude<TailRow, { kind: 'record' }>; start: number }) {
  return (
    <div className="item" role="row" style={{ transform: `translateY(${start}px)` }}>
      <div role="gridcell" className="row note">
        {row.kind === 'dropped' ? texts.dropped(figure(row.count)) : texts.gap(row.reason)}
      </div>
    </div>
  );
}

interface Reading extends Omit<TailListProps, 'buffer'> {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly rows: readonly TailRow[];
}

/** Keeps the end in sight. Going up to read, or selecting text, stops the lines; coming back to the end lets them go on. */
function useEnd({ scroller, rows, state, paused, onPause }: Reading): () => void {
  const lastTop = useRef(0);
  useLayoutEffect(() => {
    const list = scroller.current;
    if (list === null || paused) return;
    // Somebody has begun to go up and the event for it is still to come: at many lines a second each step would be undone.
    if (isAbove(list, lastTop.current)) return onPause(true);
    list.scrollTop = list.scrollHeight;
    // So that the event for this is not taken for somebody who comes back.
    lastTop.current = list.scrollTop;
  }, [rows, paused]);
  useEffect(() => {
    const selecting = (): void => {
      const selection = getSelection();
      if (selection === null || selection.isCollapsed) return;
      if (scroller.current?.contains(selection.anchorNode) === true) onPause(true);
    };
    document.addEventListener('selectionchange', selecting);
    return () => document.removeEventListener('selectionchange', selecting);
  }, []);
  return () => {
    const list = scroller.current;
    if (list === null) return;
    if (isAbove(list, lastTop.current)) onPause(true);
    else if (list.scrollTop > lastTop.current && toEnd(list) < END_PX && state.record === '') onPause(false);
    lastTop.current = list.scrollTop;
  };
}

/** Pixels below what is seen. */
function toEnd({ scrollHeight, scrollTop, clientHeight }: Element): number {
  return scrollHeight - scrollTop - clientHeight;
}

/** Rows that come move the end away, never the place up; a list that became shorter is at its end. */
function isAbove(list: Element, lastTop: number): boolean {
  return list.scrollTop < lastTop && toEnd(list) >= ROUNDED_PX;
}
