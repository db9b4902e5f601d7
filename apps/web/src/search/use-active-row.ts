import type { Virtualizer } from '@tanstack/react-virtual';
import { useState } from 'react';
import type { LogRecord } from '../api/answers.js';
import type { PageState } from '../state/page-state.js';
import { useKeys } from '../state/use-keys.js';
import { go } from '../state/use-page-state.js';

/** Opens a record below its row, or closes it. */
export function toggleRecord(record: LogRecord, { record: open }: PageState): void {
  go({ record: record.id === open ? '' : record.id, around: '' }, 'replace');
}

/** The row that keys are about: it moves with them and stays in sight. */
export function useActiveRow(records: readonly LogRecord[], virtualizer: Virtualizer<HTMLDivElement, Element>, state: PageState) {
  const [active, setActive] = useState<number | undefined>();
  const move = (by: number): void => {
    if (records.length === 0) return;
    const next = Math.min(records.length - 1, Math.max(0, active === undefined ? 0 : active + by));
    setActive(next);
    virtualizer.scrollToIndex(next, { align: 'auto' });
  };
  const open = (): void => {
    const record = active === undefined ? undefined : records[active];
    if (record !== undefined) toggleRecord(record, state);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: open,
    Escape: () => go({ record: '', around: '' }, 'replace'),
  });
  return [active, setActive] as const;
}
