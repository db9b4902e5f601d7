import { SCHEMA } from './schema.js';
import type { Setting } from './schema.js';

const PREFIX = 'LOGWEIR';

function upper(camel: string): string {
  return camel.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
}

export interface NamedSetting {
  readonly section: string;
  readonly key: string;
  /** In the environment. */
  readonly name: string;
  readonly setting: Setting;
}

/** All settings in the order of the schema. */
export function namedSettings(): NamedSetting[] {
  return Object.entries(SCHEMA).flatMap(([section, keys]) =>
    Object.entries(keys as Record<string, Setting>).map(([key, setting]) => ({
      section,
      key,
      name: `${PREFIX}_${upper(section)}_${upper(key)}`,
      setting,
    })),
  );
}

/** Where the settings file is. Not a setting itself. */
export const CONFIG_VARIABLE = `${PREFIX}_CONFIG`;

/** Of the command line (apps/cli), which may stand in the same environment. */
export const CLIENT_VARIABLES = ['URL', 'KEY', 'KEY_FILE', 'SEND_URL'].map((name) => `${PREFIX}_${name}`);

/** Edit distance, for "did you mean". */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

export function nearestName(wrong: string, names: readonly string[]): string {
  return names.reduce((best, name) => (distance(wrong, name) < distance(wrong, best) ? name : best), names[0] ?? '');
}
