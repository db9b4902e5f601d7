/**
 * Our queries as Kibana asks them. Kibana's KQL knows less than ours, and some things otherwise (docs/query-language.md,
 * "Different from Kibana"). What it can say with exactly our meaning becomes KQL; every other clause becomes a filter in
 * Elasticsearch's DSL, which Kibana shows as a pill beside the query. So both together always mean the same as ours.
 */
import { conditionOf, formatAddress, formatQuery, formatTime, toElasticsearch, tokenise } from '#libs/query';
import type { Condition, ElasticsearchQuery, Query } from '#libs/query';

export interface KibanaQuery {
  readonly kql: string;
  readonly filters: readonly DslFilter[];
}

export interface DslFilter {
  /** The clause in our language. */
  readonly text: string;
  readonly query: ElasticsearchQuery;
}

/** How tightly a text binds: what is looser than its surroundings goes into brackets. */
const OR = 1;
const AND = 2;
const NOT = 3;

interface Kql {
  readonly text: string;
  readonly binds: number;
}

/** `nowNs` is what `now` stands for: Kibana gets absolute times, as its own `now/d` depends on the browser's zone. */
export function toKibana(query: Query, { nowNs }: { readonly nowNs: bigint }): KibanaQuery {
  const clauses = query.type === 'and' ? query.clauses : [query];
  const kql: string[] = [];
  const filters: DslFilter[] = [];
  for (const clause of clauses) {
    const said = clause.type === 'all' ? undefined : render(clause, nowNs);
    if (said !== undefined) kql.push(clauses.length > 1 ? within(said, AND) : said.text);
    else if (clause.type !== 'all') filters.push({ text: formatQuery(clause), query: toElasticsearch(clause, { nowNs }) });
  }
  return { kql: kql.join(' and '), filters };
}

const within = ({ text, binds }: Kql, outer: number): string => (binds < outer ? `(${text})` : text);

/** undefined when Kibana's KQL has no words for it. */
function render(query: Query, nowNs: bigint): Kql | undefined {
  switch (query.type) {
    case 'all':
      return { text: '*', binds: NOT };
    case 'not':
      return negated(render(query.clause, nowNs));
    case 'and':
    case 'or':
      return joined(
        query.type,
        query.clauses.map((clause) => render(clause, nowNs)),
      );
    default:
      return renderCondition(conditionOf(query, nowNs));
  }
}

function negated(clause: Kql | undefined): Kql | undefined {
  return clause && { text: `not ${within(clause, NOT)}`, binds: NOT };
}

function joined(by: 'and' | 'or', clauses: readonly (Kql | undefined)[]): Kql | undefined {
  const binds = by === 'and' ? AND : OR;
  const known = clauses.filter((clause) => clause !== undefined);
  const [only] = known;
  if (known.length < clauses.length || only === undefined) return undefined;
  return known.length === 1 ? only : { text: known.map((clause) => within(clause, binds)).join(` ${by} `), binds };
}

function renderCondition(condition: Condition): Kql | undefined {
  switch (condition.kind) {
    case 'all':
      return { text: '*', binds: NOT };
    case 'none':
      return { text: 'not *', binds: NOT };
    case 'exists':
      return exists(condition);
    case 'absent':
      return negated(exists(condition));
    case 'words':
      return words(condition);
    case 'pieces':
      return joined(
        'and',
        condition.pieces.map((parts) => wildcard(condition.field.name, parts)),
      );
    default:
      return renderValue(condition);
  }
}

function renderValue(condition: Condition): Kql | undefined {
  switch (condition.kind) {
    case 'oneOf': {
      const [first, ...more] = condition.values.map(valueText);
      return leaf(condition.field.name, ':', more.length === 0 ? (first ?? '""') : `(${[first, ...more].join(' or ')})`);
    }
    case 'order':
      return leaf(condition.field.name, condition.operator, valueText(condition.text));
    case 'like':
      return condition.field.type === 'keyword' ? wildcard(condition.field.name, condition.parts) : undefined;
    case 'number':
      return number(condition);
    case 'time':
      return time(condition);
    case 'address':
      return address(condition);
    default:
      return undefined;
  }
}

type Of<K extends Condition['kind']> = Extract<Condition, { kind: K }>;

const leaf = (field: string, sign: string, value: string): Kql => ({ text: `${nameText(field)} ${sign} ${value}`, binds: NOT });

/** What the first-come type of an attribute refused stands in a field below it. */
function exists({ field }: Of<'exists' | 'absent'>): Kql | undefined {
  if (field.type !== 'dynamic') return leaf(field.name, ':', '*');
  if (!PLAIN_NAME.test(field.name)) return undefined;
  return { text: `${field.name} : * or ${field.name}.* : *`, binds: OR };
}

/** Kibana cuts the text again. Our tokens must come out the same. */
function words({ field, tokens }: Of<'words'>): Kql | undefined {
  const text = tokens.join(' ');
  const again = tokenise(text);
  if (again.length !== tokens.length || again.some((token, index) => token !== tokens[index])) return undefined;
  return leaf(field.name, ':', valueText(text));
}

/** Kibana asks `query_string` on some types, which cuts at spaces. */
function wildcard(field: string, parts: readonly string[]): Kql | undefined {
  if (parts.some((part) => /[\s\p{C}]/u.test(part))) return undefined;
  return leaf(field, ':', parts.map((part) => part.replace(/[\\():<>"*{}]/gu, '\\$&')).join('*'));
}

/** A whole number that JSON and Java read alike. */
function number({ field, operator, number: value }: Of<'number'>): Kql | undefined {
  if (field.type !== 'long' || Math.abs(value) > Number.MAX_SAFE_INTEGER) return undefined;
  if (operator === '=') return Number.isInteger(value) ? leaf(field.name, ':', valueText(String(value))) : { text: 'not *', binds: NOT };
  return leaf(field.name, operator, valueText(String(value)));
}

function time({ field, fromNs, toNs }: Of<'time'>): Kql | undefined {
  const from = fromNs === undefined ? [] : [leaf(field.name, '>=', valueText(formatTime(fromNs)))];
  const to = toNs === undefined ? [] : [leaf(field.name, '<', valueText(formatTime(toNs)))];
  return joined('and', [...from, ...to]);
}

function address({ field, low, high }: Of<'address'>): Kql | undefined {
  const [from, to] = [valueText(formatAddress(low)), valueText(formatAddress(high))];
  if (low === high) return leaf(field.name, ':', from);
  return joined('and', [leaf(field.name, '>=', from), leaf(field.name, '<=', to)]);
}

const PLAIN_NAME = /^[\p{L}\p{N}_.@-]+$/u;
const PLAIN_VALUE = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;
/** Words that mean something without quotes. */
const RESERVED = /^(?:and|or|not|null|true|false)$/iu;

const nameText = (name: string): string => (PLAIN_NAME.test(name) ? name : quoted(name));

const valueText = (text: string): string => (PLAIN_VALUE.test(text) && !RESERVED.test(text) ? text : quoted(text));

/** Halves of a character, which no address can hold, stand as their code. */
function quoted(text: string): string {
  const escaped = text
    .replace(/["\\]/gu, '\\$&')
    .replace(/[\t\r\n]/gu, (char) => ({ '\t': '\\t', '\r': '\\r', '\n': '\\n' })[char] ?? char);
  return `"${escaped.replace(/[\ud800-\udfff]/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`)}"`;
}
