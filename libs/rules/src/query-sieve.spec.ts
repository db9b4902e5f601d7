import fc from 'fast-check';
import { parseQuery, toPredicate } from '#libs/query';
import type { DetectInput } from './detector.js';
import { deliveryOf } from './detector.fixture.js';
import { line, WHERE } from './lines.fixture.js';
import { QuerySieve } from './query-sieve.js';

/** 2026-11-21T12:00:20Z, twenty seconds after the first lines. */
const NOW_NS = 1_795_262_420_000_000_000n;

/** About values that must stand in the bytes, and about times. */
const VALUES = [
  'trace.id: 4bf92f3577b34da6a3ce929d0e0e4736',
  'user_id: u3',
  'user_id: (u3 or b) and not level: info',
  'user_id: 2 or user_id: "u3"',
  'http.request.method: POST',
  'labels.team: pay or labels.team: nobody',
  'container.name: web-1 and stream: stderr',
  'service.version: 1',
  'user_id > 1 and not service: api',
  'trace.id: 4bf9*',
  'user_id: /u./',
  'log.logger: inner or user_id: absent',
  '@timestamp > now-10s',
  '@timestamp > now-10s and service: api',
  '*',
];
const queries = fc.constantFrom(...WHERE, ...VALUES);
/** What a sender escaped that nobody has to. */
const escaped = fc.constantFrom(
  '{"user_id":"\\u00753","msg":"x"}',
  '{"msg":"x","http":{"request":{"method":"P\\u004fST"}}}',
  '{"user_id":["a","\\u0062"]}',
);
const lines = fc.array(fc.oneof({ weight: 5, arbitrary: line }, { weight: 1, arbitrary: escaped.map((text) => ({ text })) }), {
  maxLength: 30,
});

function sourcesOf({ bulk }: DetectInput): string[] {
  return bulk
    .toString()
    .split('\n')
    .filter((_, index) => index % 2 === 1);
}

function naive(delivery: DetectInput, texts: readonly string[]): string[] {
  const predicates = texts.map((text) => toPredicate(parseQuery(text), { nowNs: NOW_NS }));
  return sourcesOf(delivery).flatMap((source, index) => {
    const record = JSON.parse(source) as Record<string, unknown>;
    return predicates.flatMap((matches, number) => (matches(record) ? [`${index} ${number}`] : []));
  });
}

function sifted(sieve: QuerySieve, delivery: DetectInput): string[] {
  const found: string[] = [];
  const sources = sourcesOf(delivery);
  sieve.sift(delivery, (number, index, from, to) => {
    expect(delivery.bulk.toString('utf8', from, to)).toBe(sources[index]);
    found.push(`${index} ${number}`);
  });
  return found;
}

describe('QuerySieve', () => {
  it('finds in any bytes what every query would find in every parsed record', () => {
    fc.assert(
      fc.property(fc.array(queries, { maxLength: 12 }), lines, (texts, all) => {
        const delivery = deliveryOf(all);
        const sieve = new QuerySieve(texts.map((text) => ({ query: parseQuery(text), nowNs: NOW_NS })));
        for (let round = 0; round < 2; round += 1) expect(sifted(sieve, delivery)).toEqual(naive(delivery, texts));
        expect(sieve.unreadable).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it('leaves out what is no JSON, and goes on behind it', () => {
    const sieve = new QuerySieve([{ query: parseQuery('user_id: u3 or trace.id: *'), nowNs: NOW_NS }]);
    const { bulk } = deliveryOf([{ text: '{"user_id":"u3"}' }]);
    const broken = Buffer.concat([Buffer.from('{"create":{"_id":"x"}}\n{"user_id":"u3\n'), bulk]);
    const found: number[] = [];
    sieve.sift({ bulk: broken, count: 2, positions: [1, 2] }, (_, index) => found.push(index));
    expect([found, sieve.unreadable]).toEqual([[1], 1]);
  });
});
