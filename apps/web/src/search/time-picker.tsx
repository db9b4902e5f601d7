import { useState } from 'react';
import { Menu } from '../menu.js';
import { messages } from '../messages/messages.js';
import type { PageState } from '../state/page-state.js';
import { epochOf, fromInput, PRESETS, rangeText, relativeSpan, toInput } from '../state/time-range.js';
import { useKeys } from '../state/use-keys.js';
import { go } from '../state/use-page-state.js';

const { time } = messages;

export function TimePicker({ state }: { state: PageState }) {
  const [open, setOpen] = useState(false);
  useKeys({ h: () => setOpen(true) });
  return (
    <Menu label={labelOf(state)} title={time.choose} open={open} onOpen={setOpen}>
      {(close) => (
        <>
          <div className="presets">
            {PRESETS.map((span) => (
              <button
                key={span}
                type="button"
                aria-pressed={relativeSpan(state.from, state.to) === span}
                onClick={() => {
                  go({ from: `now-${span}`, to: 'now' });
                  close();
                }}
              >
                {time.last(span)}
              </button>
            ))}
          </div>
          <AbsoluteRange state={state} onDone={close} />
          <ZoneChoice zone={state.zone} />
        </>
      )}
    </Menu>
  );
}

/** A range of times is read best as such; what only the API understands (`now/d`) is shown as it is. */
function labelOf({ from, to, zone }: PageState): string {
  const span = relativeSpan(from, to);
  if (span !== undefined) return time.last(span);
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  return Number.isNaN(fromMs) || Number.isNaN(toMs) ? `${from} – ${to}` : rangeText(fromMs, toMs, zone);
}

function AbsoluteRange({ state: { from, to, zone }, onDone }: { state: PageState; onDone: () => void }) {
  const [range, setRange] = useState(() => ({
    from: toInput(epochOf(from, Date.now()) ?? Date.now(), zone),
    to: toInput(epochOf(to, Date.now()) ?? Date.now(), zone),
  }));
  const chosen = { from: fromInput(range.from, zone), to: fromInput(range.to, zone) };
  const valid = chosen.from !== undefined && chosen.to !== undefined && chosen.from < chosen.to;
  const apply = (): void => {
    if (chosen.from === undefined || chosen.to === undefined) return;
    go({ from: chosen.from, to: chosen.to });
    onDone();
  };
  return (
    <div className="absolute">
      {(['from', 'to'] as const).map((end) => (
        <label key={end}>
          {time[end]}
          <input
            type="datetime-local"
            step="0.001"
            value={range[end]}
            onChange={(event) => setRange({ ...range, [end]: event.target.value })}
          />
        </label>
      ))}
      <button type="button" disabled={!valid} onClick={apply}>
        {time.apply}
      </button>
    </div>
  );
}

function ZoneChoice({ zone }: { zone: PageState['zone'] }) {
  return (
    <fieldset>
      <legend>{time.zone}</legend>
      {(['local', 'utc'] as const).map((one) => (
        <label key={one} className="choice">
          <input type="radio" name="zone" checked={zone === one} onChange={() => go({ zone: one }, 'replace')} />
          {time[one]}
        </label>
      ))}
    </fieldset>
  );
}
