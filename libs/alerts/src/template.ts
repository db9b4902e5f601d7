/**
 * Annotations are Liquid templates: `{{ value | number }} errors of {{ group.service_name }} in {{ window | duration }}`.
 * They come from rule files and from REST, so they get no file, no global, and little time and memory; a template that
 * fails gives its raw text, never stops an alert.
 */
import { Liquid } from 'liquidjs';
import { formatDuration } from './durations.js';
import { cut, MAX_ANNOTATION } from './labels.js';

/** Characters of a template. */
export const MAX_TEMPLATE = 8_192;
/** Milliseconds (a thousand steps take three), and the library's units of memory: an alert must not wait. */
const RENDER_LIMIT_MS = 250;
const MEMORY_LIMIT = 1_000_000;
/** Parsed templates are kept: a rule's annotations are the same for each of its alerts. */
const CACHE_SIZE = 500;

const engine = new Liquid({
  parseLimit: MAX_TEMPLATE,
  renderLimit: RENDER_LIMIT_MS,
  memoryLimit: MEMORY_LIMIT,
  strictFilters: true,
  ownPropertyOnly: true,
  cache: CACHE_SIZE,
  // Nothing outside the text may be read.
  templates: {},
  relativeReference: false,
  dynamicPartials: false,
});
for (const tag of ['include', 'render', 'layout']) delete engine.tags[tag];
engine.registerFilter('duration', (value: unknown) => (typeof value === 'number' ? formatDuration(value) : value));
engine.registerFilter('number', (value: unknown, digits: unknown = 2) =>
  typeof value === 'number' ? formatNumber(value, Number(digits)) : value,
);
engine.registerFilter('percent', (value: unknown) => (typeof value === 'number' ? `${formatNumber(value * 100, 1)}%` : value));

type Parsed = ReturnType<typeof engine.parse>;
const parsed = new Map<string, Parsed>();

/** What is wrong with a template, or undefined. */
export function checkTemplate(text: string): string | undefined {
  if (text.length > MAX_TEMPLATE) return `the template has ${text.length} characters, at most ${MAX_TEMPLATE} are allowed`;
  try {
    parse(text);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** The rendered text; of a failing template the raw text with the reason behind it. */
export function renderTemplate(text: string, variables: Readonly<Record<string, unknown>>): string {
  if (!text.includes('{{') && !text.includes('{%')) return cut(text, MAX_ANNOTATION);
  try {
    return cut(String(engine.renderSync(parse(text), variables)), MAX_ANNOTATION);
  } catch (error) {
    const note = ` [template failed: ${reasonOf(error)}]`;
    return cut(text, MAX_ANNOTATION - note.length) + note;
  }
}

function parse(text: string): Parsed {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const template = engine.parse(text);
  if (parsed.size >= CACHE_SIZE) parsed.clear();
  parsed.set(text, template);
  return template;
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return cut(message.split('\n', 1)[0] ?? message, 200);
}

/** `12 345.68`: at most so many decimals, thousands apart. */
function formatNumber(value: number, digits: number): string {
  const places = Math.min(10, Math.max(0, Math.floor(digits) || 0));
  return value.toLocaleString('en-US', { maximumFractionDigits: places }).replaceAll(',', ' ');
}
