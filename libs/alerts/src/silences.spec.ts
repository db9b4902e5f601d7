import fc from 'fast-check';
import { AlertsError } from './errors.js';
import { MINUTE_MS, START_MS } from './alerts.fixture.js';
import { parseMatchers } from './matcher.js';
import { parseSilence, silenceFromApi, silenceState, silenceToApi } from './silence.js';
import { SILENCE_RETENTION_MS, Silences } from './silences.js';

const HOUR_MS = 60 * MINUTE_MS;

function body(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    matchers: [{ name: 'host', value: 'a', isRegex: false, isEqual: true }],
    startsAt: new Date(START_MS).toISOString(),
    endsAt: new Date(START_MS + HOUR_MS).toISOString(),
    createdBy: 'me',
    comment: 'work',
    ...more,
  };
}

function created(silences: Silences, more: Readonly<Record<string, unknown>> = {}, nowMs = START_MS, newId = 's1'): readonly string[] {
  return silences.put(parseSilence(body(more)), { nowMs, newId }).map(({ id }) => id);
}

const at = (ms: number): string => new Date(START_MS + ms).toISOString();

describe('a silence', () => {
  it.each([
    [-1, 'pending'],
    [0, 'active'],
    [HOUR_MS - 1, 'active'],
    [HOUR_MS, 'expired'],
  ])('is, %d ms after its begin, %s', (ms, state) => {
    const [silence] = new Silences().put(parseSilence(body()), { nowMs: START_MS, newId: 's1' });
    expect(silence && silenceState(silence, START_MS + ms)).toBe(state);
  });

  it.each([
    [{ matchers: [] }, 'silence invalid: matchers in body should have at least 1 items'],
    [{ matchers: [{ name: 'a', value: '', isRegex: false }] }, 'silence invalid: at least one matcher must not match the empty string'],
    [{ matchers: [{ name: 'a', value: '.*', isRegex: true }] }, 'silence invalid: at least one matcher must not match the empty string'],
    [{ matchers: [{ name: 'a', value: '(', isRegex: true }] }, /invalid label matcher 0: invalid regular expression "\("/],
    [{ matchers: [{ name: 'a' }] }, /matchers.0 needs name and value/],
    [{ endsAt: at(-1) }, 'silence invalid: start time must be before end time'],
    [{ startsAt: 'soon' }, /startsAt in body is required/],
    [{ comment: undefined }, 'silence invalid: comment in body is required'],
    [{ createdBy: 'x'.repeat(300) }, /at most 256/],
  ])('that is wrong is refused with the reason: %j', (more, message) => {
    expect(() => parseSilence(body(more))).toThrow(message);
  });

  it('without isEqual is one of equality, as older clients send it', () => {
    expect(parseSilence(body({ matchers: [{ name: 'a', value: 'b' }] })).matchers).toMatchObject([{ operator: '=' }]);
  });

  it('begins now when its begin is past, and cannot end in the past', () => {
    const silences = new Silences();
    created(silences, {}, START_MS + 5);
    expect(silences.get('s1')?.startsAtMs).toBe(START_MS + 5);
    expect(() => created(silences, {}, START_MS + 2 * HOUR_MS)).toThrow("end time can't be in the past");
  });

  it('is the same in a document', () => {
    const [silence] = new Silences().put(parseSilence(body()), { nowMs: START_MS, newId: 's1' });
    const read = silenceFromApi(JSON.parse(JSON.stringify(silence && silenceToApi(silence))));
    expect(silenceToApi(read)).toEqual(silence && silenceToApi(silence));
  });
});

describe('silences', () => {
  it('change one that is given by its id', () => {
    const silences = new Silences();
    created(silences);
    expect(created(silences, { id: 's1', comment: 'longer', endsAt: at(2 * HOUR_MS) }, START_MS + 1, 's2')).toEqual(['s1']);
    expect(silences.get('s1')).toMatchObject({ comment: 'longer', endsAtMs: START_MS + 2 * HOUR_MS });
  });

  it.each([
    ['other matchers', { matchers: [{ name: 'host', value: 'b' }] }, START_MS + 1],
    ['another begin of one that is active', { startsAt: at(10) }, START_MS + 1],
  ])('end the old one and make another for %s', (_what, more, nowMs) => {
    const silences = new Silences();
    created(silences);
    expect(created(silences, { id: 's1', ...more }, nowMs, 's2')).toEqual(['s1', 's2']);
    expect(silences.list(nowMs).map(({ id, status }) => [id, status.state])).toEqual(
      expect.arrayContaining([
        ['s1', 'expired'],
        ['s2', expect.any(String)],
      ]),
    );
  });

  it('make another for one that is expired', () => {
    const silences = new Silences();
    created(silences);
    expect(created(silences, { id: 's1', endsAt: at(3 * HOUR_MS) }, START_MS + 2 * HOUR_MS, 's2')).toEqual(['s2']);
  });

  it('end one at once, also a pending one', () => {
    const silences = new Silences();
    created(silences, { startsAt: at(MINUTE_MS) });
    const ended = silences.expire('s1', START_MS + 1);
    expect(silenceState(ended, START_MS + 1)).toBe('expired');
    expect(silenceFromApi(silenceToApi(ended)).endsAtMs).toBe(START_MS + 1);
    expect(silences.expire('s1', START_MS + 2)).toEqual(ended);
  });

  it.each([['expire'], ['change']])('that are unknown cannot be asked to %s', (what) => {
    const silences = new Silences();
    const ask = () => (what === 'expire' ? silences.expire('s9', START_MS) : created(silences, { id: 's9' }));
    expect(ask).toThrow(new AlertsError('silence_not_found', 'silence not found'));
  });

  it('are limited in number and size; expired ones make room', () => {
    const silences = new Silences({ maxSilences: 1, maxSilenceBytes: 1_000 });
    created(silences);
    expect(() => created(silences, {}, START_MS, 's2')).toThrow('exceeded maximum number of silences: 1 (limit: 1)');
    expect(() => created(silences, { comment: 'x'.repeat(1_000) }, START_MS, 's3')).toThrow(/exceeds maximum size/);
    silences.expire('s1', START_MS + 1);
    expect(created(silences, {}, START_MS + 2, 's2')).toEqual(['s2']);
    expect(silences.all()).toHaveLength(1);
  });

  it('are forgotten five days after their end', () => {
    const silences = new Silences();
    created(silences);
    expect(silences.forget(START_MS + HOUR_MS + SILENCE_RETENTION_MS - 1)).toEqual([]);
    expect(silences.forget(START_MS + HOUR_MS + SILENCE_RETENTION_MS)).toEqual(['s1']);
  });

  it('are listed as Alertmanager shows them, active ones first, and by filter', () => {
    const silences = new Silences();
    created(silences, { startsAt: at(MINUTE_MS) }, START_MS, 'later');
    created(silences, { matchers: [{ name: 'host', value: 'b' }] }, START_MS, 'now');
    expect(silences.list(START_MS).map(({ id }) => id)).toEqual(['now', 'later']);
    expect(silences.list(START_MS, parseMatchers('host=a'))).toEqual([
      {
        id: 'later',
        status: { state: 'pending' },
        matchers: [{ name: 'host', value: 'a', isRegex: false, isEqual: true }],
        startsAt: at(MINUTE_MS),
        endsAt: at(HOUR_MS),
        updatedAt: at(0),
        createdBy: 'me',
        comment: 'work',
      },
    ]);
  });

  it('silence what they match, and only that', () => {
    const silences = new Silences();
    created(silences);
    fc.assert(
      fc.property(fc.string(), (host) => {
        expect(silences.silencedBy({ host }, START_MS)).toEqual(host === 'a' ? ['s1'] : []);
      }),
    );
  });
});
