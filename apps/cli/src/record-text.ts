import { type Output, plain } from './output.js';

/** A record as `/api/v1/logs` gives it, as far as it is printed. */
export interface PrintedRecord {
  readonly '@timestamp'?: string;
  readonly message?: string;
  readonly log?: { readonly level?: string };
  readonly container?: { readonly name?: string };
  readonly service?: { readonly name?: string };
}

const MILLISECONDS = '2026-11-21T12:00:00.000'.length;
const LEVEL_WIDTH = 5;

/** `2026-11-21T12:00:00.123Z ERROR web-1: text`; further lines of a message stand below it, indented. */
export function recordText(record: PrintedRecord, output: Output): string {
  const { '@timestamp': time = '', message = '', log, container, service } = record;
  const level = log?.level ?? '';
  const from = container?.name ?? service?.name ?? '';
  const head = [
    output.colour(`${time.slice(0, MILLISECONDS)}Z`, 'dim'),
    output.ofLevel(level.toUpperCase().padEnd(LEVEL_WIDTH), level),
    ...(from === '' ? [] : [output.colour(`${plain(from)}:`, 'bold')]),
  ];
  return `${head.join(' ')} ${plain(message).replaceAll('\n', '\n  ')}`;
}
