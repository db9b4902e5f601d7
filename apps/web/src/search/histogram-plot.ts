import uPlot from 'uplot';
import type { HistogramAnswer } from '../api/answers.js';
import { dayAndTime, type Zone } from '../state/time-range.js';
import { SERIES, stack } from './stack.js';

const HEIGHT = 92;
const DAY_MS = 86_400_000;
/** A brush narrower than this is a click. */
const LEAST_BRUSH_PX = 4;

export interface Drawing {
  readonly answer: HistogramAnswer;
  readonly zone: Zone;
  /** Index of the bar under the pointer. */
  readonly onPoint: (index: number | undefined) => void;
  /** Both ends in epoch seconds. */
  readonly onBrush: (left: number, right: number) => void;
}

/** Draws into an element until the function that it returns is called. */
export function drawBars(place: HTMLElement, drawing: Drawing): () => void {
  const { times, tops } = stack(drawing.answer.buckets);
  // The highest is drawn first, what lies below it over it.
  const plot = new uPlot(options(place, drawing), [times, ...tops.toReversed()], place);
  const observer = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  observer.observe(place);
  return () => {
    observer.disconnect();
    plot.destroy();
  };
}

function options(place: HTMLElement, { answer, zone, onPoint, onBrush }: Drawing): uPlot.Options {
  const { buckets, interval_ms } = answer;
  const first = (buckets[0]?.t ?? 0) / 1_000;
  const end = ((buckets.at(-1)?.t ?? 0) + interval_ms) / 1_000;
  const highest = Math.max(1, ...buckets.map(({ count }) => count));
  const lines = colourOf(place, 'grid');
  const axis = { stroke: colourOf(place, 'dim'), font: '11px system-ui, sans-serif', ticks: { show: false } };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    scales: { x: { time: true, range: () => [first, end] }, y: { range: () => [0, highest] } },
    axes: [
      { ...axis, size: 20, grid: { show: false }, values: (_, splits) => splits.map((split) => label(split * 1_000, interval_ms, zone)) },
      { ...axis, size: 44, space: 28, grid: { stroke: lines, width: 1 }, values: (_, splits) => splits.map(short) },
    ],
    series: [{}, ...SERIES.toReversed().map((level) => bars(colourOf(place, level)))],
    hooks: {
      setCursor: [(plot) => onPoint(plot.cursor.idx ?? undefined)],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width >= LEAST_BRUSH_PX) onBrush(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
        },
      ],
    },
  };
}

function bars(fill: string): uPlot.Series {
  const paths = uPlot.paths.bars?.({ size: [0.92, Infinity], align: 1 });
  return { fill, width: 0, points: { show: false }, ...(paths && { paths }) };
}

function label(epochMs: number, intervalMs: number, zone: Zone): string {
  const { day, time } = dayAndTime(epochMs, zone);
  if (intervalMs >= DAY_MS || time.startsWith('00:00:00')) return day.slice(5);
  return time.slice(0, intervalMs < 10_000 ? 8 : 5);
}

function short(count: number): string {
  if (count >= 1e6) return `${count / 1e6} M`;
  return count >= 1e3 ? `${count / 1e3} k` : Number.isInteger(count) ? String(count) : '';
}

/** A canvas knows no style sheet: the colour is asked of an element that has it. */
function colourOf(place: HTMLElement, name: string): string {
  const swatch = document.createElement('i');
  swatch.className = `swatch ${name}`;
  place.append(swatch);
  const { backgroundColor } = getComputedStyle(swatch);
  swatch.remove();
  return backgroundColor;
}
