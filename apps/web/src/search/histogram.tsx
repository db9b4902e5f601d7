import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import 'uplot/dist/uPlot.min.css';
import type { Bar, HistogramAnswer } from '../api/answers.js';
import { figure, messages } from '../messages/messages.js';
import { rangeText, type Zone } from '../state/time-range.js';
import { go } from '../state/use-page-state.js';
import { drawBars } from './histogram-plot.js';
import { brushed, SERIES } from './stack.js';

const dark = matchMedia('(prefers-color-scheme: dark)');

function onScheme(listener: () => void): () => void {
  dark.addEventListener('change', listener);
  return () => dark.removeEventListener('change', listener);
}

/** Counts over time, a bar split by level. A brush over it becomes the time range. */
export function Histogram({ answer, stale, zone }: { answer: HistogramAnswer | undefined; stale: boolean; zone: Zone }) {
  const place = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | undefined>();
  const isDark = useSyncExternalStore(onScheme, () => dark.matches);
  useEffect(() => {
    if (place.current === null || answer === undefined) return undefined;
    return drawBars(place.current, {
      answer,
      zone,
      onPoint: setAt,
      onBrush: (left, right) => {
        const { fromMs, toMs } = brushed(left, right, answer.interval_ms);
        go({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() });
      },
    });
  }, [answer, zone, isDark]);
  return (
    <section className={stale ? 'histogram stale' : 'histogram'} aria-label={labelOf(answer, zone)}>
      <div ref={place} className="plot" aria-hidden="true" />
      <Legend answer={answer} at={at} zone={zone} />
    </section>
  );
}

function labelOf(answer: HistogramAnswer | undefined, zone: Zone): string {
  const { buckets = [], interval_ms = 0, total = 0 } = answer ?? {};
  const first = buckets[0]?.t ?? 0;
  return messages.histogram.label(figure(total), rangeText(first, (buckets.at(-1)?.t ?? first) + interval_ms, zone));
}

/** Colours and counts: of the bar under the pointer, else of all. */
function Legend({ answer, at, zone }: { answer: HistogramAnswer | undefined; at: number | undefined; zone: Zone }) {
  const { buckets, interval_ms } = answer ?? { buckets: [], interval_ms: 0 };
  const bars = at === undefined ? buckets : buckets.slice(at, at + 1);
  const [first, last] = [bars[0], bars.at(-1)];
  return (
    <p className="legend">
      <span className="dim">{first && last && rangeText(first.t, last.t + interval_ms, zone)}</span>
      {SERIES.map((level) => (
        <LegendItem key={level} level={level} bars={bars} />
      ))}
    </p>
  );
}

function LegendItem({ level, bars }: { level: (typeof SERIES)[number]; bars: readonly Bar[] }) {
  const count = bars.reduce((sum, bar) => sum + (bar.counts[level === 'none' ? '' : level] ?? 0), 0);
  if (count === 0) return null;
  return (
    <span className="legend-item">
      <i className={`swatch ${level}`} />
      {level === 'none' ? messages.histogram.none : level} {figure(count)}
    </span>
  );
}
