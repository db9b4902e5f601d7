import type { ImportResult, ImportView } from './import.js';

/** A person looks at a terminal; a log gets a line now and then. */
const TERMINAL_MS = 500;
const LOG_MS = 10_000;

export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** The line that says how far it is, until the returned function ends it. */
export function showProgress(view: ImportView, terminal: Terminal, now: () => number): () => void {
  const isTerminal = terminal.isTTY === true;
  const began = now();
  const show = (): void => {
    const line = progressLine(view, (now() - began) / 1000);
    terminal.write(isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
  };
  const timer = setInterval(show, isTerminal ? TERMINAL_MS : LOG_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    show();
    if (isTerminal) terminal.write('\n');
  };
}

export function progressLine({ counts, files, filesDone, bytes }: ImportView, seconds: number): string {
  const rate = counts.lines / Math.max(seconds, 0.001);
  const perByte = counts.bytesRead > 0 ? seconds / counts.bytesRead : 0;
  const left = perByte * Math.max(0, bytes - counts.bytesRead);
  return `${filesDone}/${files} files · ${size(counts.bytesRead)}/${size(bytes)} · ${counts.lines} lines · ${Math.round(rate)} lines/s · ${clock(left)} left`;
}

export function summary({ counts, troubles, interrupted }: ImportResult, dryRun: boolean): string {
  const { lines, sent, outside, expired, malformed, unfinished } = counts;
  const all = [
    `${lines} lines read, ${sent} records ${dryRun ? 'to send' : 'sent'}`,
    outside > 0 && `${outside} outside of --since and --until`,
    expired > 0 && `${expired} older than the hub keeps, left out (--retention-days)`,
    malformed > 0 && `${malformed} not in Docker's format, sent as they are`,
    unfinished > 0 && `${unfinished} still being written, left for the next run`,
    ...troubles.map(({ path, reason }) => `cannot read ${path}: ${reason}`),
    interrupted && 'interrupted: run it again to go on',
  ];
  return `${all.filter((line) => line !== false).join('\n')}\n`;
}

function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
