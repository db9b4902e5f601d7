import { findCards, isCard, passesLuhn } from './find-card.js';
import { findEmails } from './find-email.js';
import { findTokens } from './find-token.js';
import { findUrlPasswords } from './find-url-password.js';
import type { Span } from './marks.js';

const found = (text: string, find: (text: string) => readonly Span[]): string[] => find(text).map(({ from, to }) => text.slice(from, to));

describe('card numbers', () => {
  it.each([
    '4111111111111111',
    '4222222222222',
    '378282246310005',
    '30569309025904',
    '5555555555554444',
    '2223003122003222',
    '6011111111111117',
    '3530111333300000',
    '6759649826438453',
  ])('%s is one, also in groups', (digits) => {
    expect(passesLuhn(digits)).toBe(true);
    expect(found(`paid with ${digits}, thanks`, findCards)).toEqual([digits]);
    if (digits.length < 14) return;
    const groups = digits.match(/.{1,4}/g) ?? [];
    for (const gap of [' ', '-']) expect(found(`card=${groups.join(gap)}.`, findCards)).toEqual([groups.join(gap)]);
  });

  it('with one digit changed fail the check', () => {
    for (let at = 0; at < 16; at += 1) {
      const digits = [...'4111111111111111'];
      digits[at] = String((Number(digits[at]) + 1) % 10);
      expect(passesLuhn(digits.join(''))).toBe(false);
    }
  });

  it.each([
    ['time in milliseconds', '1795233863785'],
    ['time in nanoseconds', '1795233863785232175'],
    ['UUID', '550e8400-e29b-4111-1111-111111111111'],
    ['hex', '4111111111111111a'],
    ['hex before', 'a4111111111111111'],
    ['trace id', '4bf92f3577b34da6a3ce929d0e0e4736'],
    ['fraction', '0.4111111111111111'],
    ['IMEI', '356938035643809'],
    ['ISBN', '9783161484100'],
    ['snowflake', '1175928847299117063'],
    ['date and time', '2026-11-21 04:04:23'],
    ['longer number', '41111111111111111111111'],
    ['no check digit', '4111111111111112'],
  ])('are not found in a %s', (_name, text) => expect(found(`id ${text} end`, findCards)).toEqual([]));

  it('are found beside other numbers', () => {
    expect(found('items 12 4111 1111 1111 1111 100 EUR', findCards)).toEqual(['4111 1111 1111 1111']);
    expect(found('5555555555554444 4111111111111111', findCards)).toEqual(['5555555555554444', '4111111111111111']);
    expect(found('card%3D4111111111111111&x', findCards)).toEqual(['4111111111111111']);
  });

  it('belong to an issuer', () => expect([isCard('1111111111111117'), isCard('4111111111111111')]).toEqual([false, true]));
});

describe('tokens', () => {
  it.each([
    ['password=hunter2', 'hunter2'],
    ['password="hun\\"ter 2" x', 'hun\\"ter 2'],
    [String.raw`{\"password\":\"hun\\\"ter\"}`, String.raw`hun\\\"ter`],
    ["{'api_key': 'abc'}", 'abc'],
    ['db_password: s3cret, user', 's3cret'],
    ['DB_PASSWORD=a/b:c@d', 'a/b:c@d'],
    ['run --password s3cret now', 's3cret'],
    ['/login?access_token=abc&x=1', 'abc'],
    ['X-Api-Key: abc', 'abc'],
    ['Authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
    ['authorization=Bearer abcdefgh.ijk', 'abcdefgh.ijk'],
    ['"secret":"never closed', 'never closed'],
    ['got AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    ['push with ghp_0123456789abcdefghij0123456789abcdef', 'ghp_0123456789abcdefghij0123456789abcdef'],
    ['https://hooks.slack.com/services/T000/B000/XXXXXXXX', 'T000/B000/XXXXXXXX'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln.', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln.'],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----', '\nabc\n'],
  ])('%s', (text, secret) => expect(found(text, findTokens)).toContain(secret));

  it.each([
    'max_tokens=512',
    'token_count: 5',
    'password changed',
    'basic authentication',
    'bearer token missing',
    'the secret garden',
    'task-0123456789012345678901',
    'password_reset_at=now',
    '-----BEGIN CERTIFICATE-----\nabc',
  ])('are not found in: %s', (text) => expect(found(text, findTokens)).toEqual([]));
});

describe('passwords in URLs', () => {
  it.each([
    ['postgres://app:s3cret@db:5432/shop', 's3cret'],
    ['redis://:s3cret@cache', 's3cret'],
    ['amqp://u:p/a#s?s@mq', 'p/a#s?s'],
    ['https://ghs_0123456789abcdef@github.com/a/b', 'ghs_0123456789abcdef'],
    [String.raw`https:\/\/u:pw@h\/x`, 'pw'],
  ])('%s', (text, secret) => expect(found(`get ${text} now`, findUrlPasswords)).toEqual([secret]));

  it.each(['http://host:8080/a@b', 'ssh://git@host/x', 'see http://host/?mail=a@b.cd', 'http://[::1]:80/x@y'])('%s has none', (text) =>
    expect(found(text, findUrlPasswords)).toEqual([]),
  );
});

describe('e-mail addresses', () => {
  it('are found with what belongs to them', () => {
    expect(found('<bob.o+x@mail.example.com>, jürgen@müller.de; git@host, a@b', findEmails)).toEqual([
      'bob.o+x@mail.example.com',
      'jürgen@müller.de',
    ]);
    expect(found('react@18.2.0 and @types/node@20.1', findEmails)).toEqual([]);
  });
});

it('no text makes any of them slow', () => {
  const long = [
    '4',
    '4 ',
    '@',
    'a@',
    '://',
    '://a:',
    'eyJ',
    'password=',
    'password="',
    '\\"',
    '-----BEGIN PRIVATE KEY-----',
    'bearer ',
    '--token ',
    'a.',
    '\\',
    'token:\\',
  ];
  for (const piece of long) {
    const text = piece.repeat(200_000 / piece.length);
    const began = performance.now();
    for (const find of [findCards, findEmails, findTokens, findUrlPasswords]) find(text);
    expect([piece, performance.now() - began < 3_000]).toEqual([piece, true]);
  }
});
