import { namedSettings } from './names.js';
import type { Settings } from './schema.js';

/** Name → value of every setting, for a log or a person; secrets are only said to be set. */
export function redactSettings(settings: Settings): Record<string, unknown> {
  const tree = settings as unknown as Record<string, Record<string, unknown>>;
  return Object.fromEntries(
    namedSettings().map(({ name, section, key, setting }) => {
      const value = tree[section]?.[key];
      const isSet = Array.isArray(value) ? value.length > 0 : value !== '';
      return [name, setting.secret ? (isSet ? '(secret)' : '') : withoutPasswords(value)];
    }),
  );
}

/** URLs may carry a password of their own: `redis://:password@host`. */
export function withoutPasswords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPasswords);
  return typeof value === 'string' ? value.replace(/(:\/\/[^/@:]*):[^/@]*@/g, '$1:(secret)@') : value;
}

/** docs/configuration.md. */
export function describeSettings(): string {
  const lines = [
    '# Configuration',
    '',
    '<!-- Made from libs/config/src/schema.ts by `npm run docs`; a test holds the two together. -->',
    '',
    'Every setting can be given in the environment or in `config/logweir.yml` (another file by `LOGWEIR_CONFIG`), as `section: { key: value }`.',
    'The environment wins over the file, the file over the default. A secret may also be read from the file that `<NAME>_FILE` names.',
    'All mistakes are reported together at start, and an unknown name is one.',
  ];
  let section = '';
  for (const { name, section: at, key, setting } of namedSettings()) {
    if (at !== section) lines.push('', `## ${at}`, '', '| environment | file | default | meaning |', '| --- | --- | --- | --- |');
    section = at;
    const fallback = setting.secret ? 'none (secret)' : setting.fallback === '' ? 'empty' : `\`${setting.fallback}\``;
    lines.push(`| \`${name}\` | \`${at}.${key}\` | ${fallback} | ${setting.about} |`);
  }
  return `${lines.join('\n')}\n`;
}
