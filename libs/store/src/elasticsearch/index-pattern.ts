/**
 * `docker-logs-{yyyy.MM.dd}`: one plain index for each UTC day. In braces stand `namespace`, or once the day: `yyyy`, `MM` and
 * `dd` in any order, with `.`, `-` or `_` between them. libs/config has checked the text.
 */
export interface DayPattern {
  /** Index expression that covers every day. */
  readonly wildcard: string;
  /** Index of a day such as `2026-11-21`. */
  nameOf(day: string): string;
  /** The day of an index; undefined when the name is none of ours. */
  dayOf(name: string): string | undefined;
}

const GROUP = /\{([^}]*)\}/;
const TOKEN = /yyyy|MM|dd/g;

export function parseDayPattern(text: string, namespace: string): DayPattern {
  const named = text.replaceAll('{namespace}', namespace);
  const [before = '', date = '', after = ''] = named.split(GROUP);
  const nameOf = (day: string) => {
    const [yyyy = '', MM = '', dd = ''] = day.split('-');
    const values: Readonly<Record<string, string>> = { yyyy, MM, dd };
    return before + date.replace(TOKEN, (token) => values[token] ?? '') + after;
  };
  const pattern = date.replaceAll('.', '\\.').replace(TOKEN, (token) => `(?<${token}>\\d{${token.length}})`);
  const ours = new RegExp(`^${escape(before)}${pattern}${escape(after)}$`);
  return {
    wildcard: before + date.replace(TOKEN, '*') + after,
    nameOf,
    dayOf: (name) => {
      const { yyyy, MM, dd } = ours.exec(name)?.groups ?? {};
      return yyyy === undefined ? undefined : `${yyyy}-${MM}-${dd}`;
    },
  };
}

const escape = (text: string): string => text.replaceAll('.', '\\.');
