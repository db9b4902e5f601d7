import fc from 'fast-check';
import type { Value } from '#libs/record';
import { passesLuhn } from './find-card.js';
import { ARRIVAL, DOCKER, kept, makeEvent, makeFilters, normaliser, redactAll } from './filters.fixture.js';
import { maySuspect } from './screen.js';

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const word = (min: number, max: number, alphabet = letters): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: min, maxLength: max });

/** A secret with what must not be found afterwards. */
interface Secret {
  /** As it stands in a text. */
  readonly text: string;
  readonly core: string;
}

const secretOf = (core: string, text = core): Secret => ({ core, text });
const cardDigits = fc
  .tuple(fc.constantFrom('4', '51', '55', '2221', '34', '37', '6011', '3530', '62'), word(19, 19, '0123456789'))
  .map(([prefix, digits]) => {
    const length = prefix === '34' || prefix === '37' ? 15 : 16;
    const body = (prefix + digits).slice(0, length - 1);
    return [...'0123456789'].map((last) => body + last).find(passesLuhn) ?? '';
  });
const grouped = (digits: string, gap: string): string => digits.match(/.{1,4}/g)?.join(gap) ?? '';
const card = fc.tuple(cardDigits, fc.constantFrom('', ' ', '-')).map(([digits, gap]) => secretOf(grouped(digits, gap)));
const token = fc.oneof(
  word(24, 60).map((end) => secretOf(`eyJ${end}.${end}`)),
  word(16, 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567').map((end) => secretOf(`AKIA${end}`)),
  fc.tuple(fc.constantFrom('ghp_', 'ghs_', 'github_pat_', 'glpat-', 'xoxb-', 'sk_live_'), word(36, 36)).map(([a, b]) => secretOf(b, a + b)),
  fc.tuple(fc.constantFrom('Bearer ', 'bearer ', 'Authorization: Bearer '), word(20, 40)).map(([a, b]) => secretOf(b, a + b)),
  fc
    .tuple(
      fc.constantFrom('password=', 'api_key=', 'DB_PASSWORD: ', 'apiKey = ', '"secret":"', 'client-secret=', 'access_token='),
      word(8, 30),
    )
    .map(([a, b]) => secretOf(b, a + b + (a.endsWith('"') ? '"' : ''))),
);
const url = fc
  .tuple(fc.constantFrom('postgres', 'https', 'amqp'), word(3, 8), word(8, 20), word(4, 8))
  .map(([scheme, user, password, host]) => secretOf(password, `${scheme}://${user}:${password}@${host.toLowerCase()}/x`));
const email = fc
  .tuple(word(6, 12), fc.constantFrom('.', '+', '_'), word(3, 8))
  .map(([a, dot, b]) => secretOf(`${a}${dot}${b}@`, `${a}${dot}${b}@example.com`));
const secret: fc.Arbitrary<Secret> = fc.oneof(card, token, url, email);

/** Prose around it, of which nothing joins it. */
const around = fc.constantFrom(
  '',
  'a ',
  'paid with ',
  '[x] ',
  'é— ',
  '"',
  "it's ",
  'line\nnext ',
  '\u001b[31mred\u001b[0m ',
  'key=1, ',
  '{',
  '\\ ',
);
const sentence = (inner: Secret): fc.Arbitrary<string> =>
  fc.tuple(around, around).map(([before, after]) => `${before}${inner.text}${after === '' ? '' : ` ${after}`}`);

const KEYS = ['msg', 'message', 'user', 'a.b', 'err', 'url', 'stack', 'labels', 'tags', 'logger', 'service', 'path', 'x y', 'ünï'];
type Nest = (value: Value) => Value;
const objects = fc.array(
  fc.oneof(
    fc.constantFrom(...KEYS).map((key): Nest => (value) => ({ [key]: value, other: 1 })),
    fc.constant<Nest>((value) => [1, value, 'x']),
  ),
  { maxLength: 4 },
);
/** Objects in lists in objects, some of them as JSON text. */
const nest: fc.Arbitrary<Nest> = fc
  .array(objects, { minLength: 1, maxLength: 4 })
  .map(
    (texts) => (value) =>
      texts.reduce<Value>((inner, steps, at) => steps.reduce((each, step) => step(each), at === 0 ? inner : JSON.stringify(inner)), value),
  );

/** The same JSON with letters and signs as escapes. */
function escaped(json: string): string {
  return json.replaceAll(/[@4e/]/g, (char, at: number) => (json[at - 1] === '\\' ? char : `\\u00${char.charCodeAt(0).toString(16)}`));
}

/** A text as a whole, or a number where the card is one. */
const planted = secret.chain((inner) => fc.tuple(fc.constant(inner), sentence(inner), nest, fc.constantFrom(...KEYS), fc.boolean()));

const filters = makeFilters(redactAll()).filters;
const NUMBER = Number(process.env['PROPERTY_RUNS'] ?? 300);

describe('with redaction on, no planted secret comes through', () => {
  it('of a line of JSON, at any depth', () => {
    fc.assert(
      fc.property(planted, ([inner, text, wrap, key, escapes]) => {
        const json = JSON.stringify({ level: 'info', [key]: wrap(text), time: 1_795_233_863_785 });
        const line = escapes ? escaped(json) : json;
        expect(kept(filters, makeEvent({ text: line }))).not.toContain(inner.core);
      }),
      { numRuns: NUMBER },
    );
  });

  it('of a plain line, or one of JSON that is cut off', () => {
    fc.assert(
      fc.property(planted, fc.nat(30), ([inner, text, wrap, key, escapes], cut) => {
        const whole = JSON.stringify({ [key]: wrap(`${text} and so on`) });
        const json = escapes ? escaped(whole) : whole;
        for (const line of [text, `${key}: ${text}`, `2026-11-21 04:04:23 INFO ${text}`])
          expect(kept(filters, makeEvent({ text: line }))).not.toContain(inner.core);
        const torn = json.slice(0, json.length - 1 - (cut % 9));
        expect(kept(filters, makeEvent({ text: torn }))).not.toContain(inner.core);
      }),
      { numRuns: NUMBER },
    );
  });

  it('of structured fields, container labels and environment, in values and in keys', () => {
    fc.assert(
      fc.property(planted, fc.boolean(), ([inner, text, wrap, key], isFrozen) => {
        const freeze = (fields: Record<string, Value>): Record<string, Value> => (isFrozen ? Object.freeze(fields) : fields);
        const events = [
          makeEvent({ fields: freeze({ [key]: wrap(text) }) }),
          makeEvent({ fields: freeze({ ...DOCKER, [key]: text, 'com.acme.team': text }), text: 'a line' }),
          makeEvent({ fields: freeze({ log: 1, [`${key} ${inner.text}`]: 1 }) }),
          makeEvent({ text: 'a line', tag: text, fields: freeze({}) }),
        ];
        for (const event of events) expect(kept(filters, event)).not.toContain(inner.core);
      }),
      { numRuns: NUMBER },
    );
  });

  it('of a joined record, wherever the line was split', () => {
    fc.assert(
      fc.property(planted, fc.nat(), fc.nat(), ([inner, text, wrap, key], first, second) => {
        const line = JSON.stringify({ [key]: wrap(text) });
        const [from, to] = [first % line.length, second % line.length].sort((a, b) => a - b) as [number, number];
        const pieces = [line.slice(0, from), line.slice(from, to), line.slice(to)];
        const bodies = pieces.map((piece) => filters.redactPart(normaliser.part(makeEvent({ text: piece }), ARRIVAL), true));
        expect(filters.redact(normaliser.join(bodies, ''))).not.toContain(inner.core);
      }),
      { numRuns: NUMBER },
    );
  });
});

describe('redaction', () => {
  it.each(['mask', 'hash', 'remove'] as const)('twice is redaction once (%s)', (action) => {
    const { filters: some } = makeFilters(redactAll(action));
    fc.assert(
      fc.property(planted, ([, text, wrap, key]) => {
        const once = kept(some, makeEvent({ text: JSON.stringify({ [key]: wrap(text) }) }));
        expect(some.redact(once)).toBe(once);
      }),
      { numRuns: NUMBER },
    );
  });

  it('leaves what is suspicious to nobody: what it changes, the look at the line has seen', () => {
    fc.assert(
      fc.property(planted, ([, text, wrap, key]) => {
        const line = JSON.stringify({ [key]: wrap(text) });
        expect(maySuspect(line)).toBe(true);
      }),
      { numRuns: NUMBER },
    );
  });

  it('gives valid records for any line', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.json(),
          fc.array(fc.oneof(sentence({ core: '', text: 'a@b.cd' }), fc.string())).map((all) => all.join('')),
        ),
        (text) => {
          expect(
            () => JSON.parse(`{"event":{"sequence":1${kept(filters, makeEvent({ text: `${text} x@example.com` }))}`) as unknown,
          ).not.toThrow();
        },
      ),
      { numRuns: NUMBER },
    );
  });
});
