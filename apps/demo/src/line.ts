export const SERVICES = ['nginx', 'web', 'cart', 'payment', 'worker'] as const;
export type Service = (typeof SERVICES)[number];

/** One line that a container printed. */
export interface Line {
  readonly service: Service;
  /** Milliseconds since the epoch, with a fraction. */
  readonly atMs: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** Lines of one text at one time, a thousandth of a millisecond apart: a stack trace. */
export function linesAt(place: Omit<Line, 'text'>, text: string): Line[] {
  return text.split('\n').map((line, at) => ({ ...place, atMs: place.atMs + at / 1_000, text: line }));
}
