import { dayAndTime } from './state/time-range.js';
import { usePageState } from './state/use-page-state.js';

/** A point in time in the zone that was chosen, to the second. */
export function Time({ at }: { at: string }) {
  const { zone } = usePageState();
  const { day, time } = dayAndTime(Date.parse(at), zone);
  return (
    <time dateTime={at}>
      {day} {time.slice(0, 8)}
    </time>
  );
}
