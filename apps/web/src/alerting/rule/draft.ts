/** Rules that are not there yet: as JSON in the address, so that a link can propose one. */
import { narrowed } from '../../search/narrow.js';
import { isObject, type Source } from './source.js';

const LONGEST_NAME = 60;

/** What begins and ends, so that it is seen on the page of alerts also where nobody is told. */
export const EMPTY: Source = { name: '', where: '', count: { over: '5m', at_least: 1 } };

/** What somebody looks for becomes what is looked out for. */
export function draftOfSearch(q: string, filters: readonly string[]): Source {
  return { ...EMPTY, where: narrowed(q, filters) };
}

/** A rule about one statement of a program, within the current search. */
export function draftOfPattern({ id, template }: { id: string; template: string }, q: string, filters: readonly string[]): Source {
  return {
    ...EMPTY,
    name: nameFor(template) || `pattern-${id}`,
    where: narrowed(q, [...filters.filter((filter) => filter !== `log.pattern:${id}`), `log.pattern:${id}`]),
    group_by: ['service.name'],
    annotations: { summary: '{{ samples[0].message }}' },
  };
}

/** The words of a template as the name of a rule; `''` where it has none that fit. */
function nameFor(template: string): string {
  const words = template.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.join('-').slice(0, LONGEST_NAME).replace(/-$/, '');
}

/** Another rule that is the same but for its name. */
export function copyOf(source: Source): Source {
  return { ...source, name: '' };
}

export function formatDraft(source: Source): string {
  return JSON.stringify(source);
}

/** What does not read as a rule is as if nothing was proposed. */
export function parseDraft(text: string): Source {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { name: '', ...value } : EMPTY;
  } catch {
    return EMPTY;
  }
}
