import type { LogRecord } from '../api/answers.js';

/** The value of `log.level` in a record, whether its parts are objects within objects or one key with dots. */
export function valueAt(record: Readonly<Record<string, unknown>>, name: string): unknown {
  if (name in record) return record[name];
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const inner = record[name.slice(0, dot)];
    if (!isObject(inner)) continue;
    const value = valueAt(inner, name.slice(dot + 1));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** For a cell: text as it is, several values with commas, objects as JSON, nothing as nothing. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value as number | boolean);
}

export const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type Level = (typeof LEVELS)[number];

/** The level of a record, `''` when it has none. */
export function levelOf(record: LogRecord): Level | '' {
  const level = valueAt(record, 'log.level');
  return LEVELS.find((known) => known === level) ?? '';
}

/** Every value of a record under its full name, in the order of names; the page's own `id` is not one. */
export function flatten(record: LogRecord): [string, unknown][] {
  const found: [string, unknown][] = [];
  const walk = (value: unknown, name: string): void => {
    if (!isObject(value)) found.push([name, value]);
    else for (const [key, inner] of Object.entries(value)) walk(inner, name === '' ? key : `${name}.${key}`);
  };
  const { id: _, kibana: __, ...fields } = record;
  walk(fields, '');
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
