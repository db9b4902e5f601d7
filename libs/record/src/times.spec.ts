import { ARRIVAL, CREATED, fieldsOf, makeEvent, makeNormaliser, parseRecord, SECONDS } from './normaliser.fixture.js';
import { formatTimestamp, parseTimestamp } from './timestamp.js';

const AT = '2026-11-21T04:04:20';

function timeOf(time: unknown, zone = 'UTC'): unknown {
  return fieldsOf(JSON.stringify({ msg: 'm', time }), { zone })['@timestamp'];
}

describe('an inner time', () => {
  it.each<[unknown, string]>([
    [`${AT}Z`, '000000000'],
    [`${AT}.5Z`, '500000000'],
    [`${AT}.123456789Z`, '123456789'],
    [`${AT}.1234567891Z`, '123456789'],
    ['2026-11-21T13:04:20.5+09:00', '500000000'],
    ['2026-11-20T23:34:20-0430', '000000000'],
    ['2026-11-21 04:04:20,250 UTC', '250000000'],
    ['2026/11/21 04:04:20', '000000000'],
    ['Sat, 21 Nov 2026 04:04:20 +0000', '000000000'],
    ['Sat, 21 Nov 2026 04:04:20 GMT', '000000000'],
    ['21/Nov/2026:13:04:20 +0900', '000000000'],
    ['Sat Nov 21 04:04:20.5 2026', '500000000'],
    [1795233860, '000000000'],
    [1795233860.25, '250000000'],
    [1795233860123, '123000000'],
    ['1795233860123', '123000000'],
    [1795233860123456, '123456000'],
    ['1795233860123456789', '123456789'],
  ])('%p counts', (time, fraction) => {
    expect(timeOf(time)).toBe(`${AT}.${fraction}Z`);
  });

  it.each<[string, string]>([
    ['2026-11-21 13:04:20', 'Asia/Seoul'],
    ['2026-11-21 05:04:20', 'Europe/Berlin'],
    ['2026-11-21 09:49:20', 'UTC'],
    ['2026-11-20 23:04:20', 'Europe/Berlin'],
  ])('%s without a zone counts when zone %s, or a quarter-hour offset, brings it near', (time, zone) => {
    expect(timeOf(time, zone)).toBe(`${AT}.000000000Z`);
  });

  it.each<[unknown, string]>([
    ['2026-11-21 04:11:20', 'time_without_zone'],
    ['2020-11-21T04:04:20Z', 'time_out_of_range'],
    ['2026-11-23T04:04:20Z', 'time_out_of_range'],
    ['9999-12-31T23:59:59Z', 'time_out_of_range'],
  ])('%p does not count, stays an attribute and is counted', (time, reason) => {
    const { normaliser, counted } = makeNormaliser();
    const record = parseRecord(normaliser.normalise(makeEvent({ text: JSON.stringify({ msg: 'm', time }) }), ARRIVAL));
    expect(record).toMatchObject({ '@timestamp': '2026-11-21T04:04:23.000000123Z', attributes: { time } });
    expect(counted).toEqual([reason]);
  });

  it.each(['2026-02-30T00:00:00Z', '2026-11-21T04:04:60Z', 'yesterday', '2026-11-21', true])(
    '%p is no time and stays an attribute',
    (time) => {
      expect(fieldsOf(JSON.stringify({ msg: 'm', time }))).toMatchObject({
        '@timestamp': '2026-11-21T04:04:23.000000123Z',
        'attributes.time': time,
      });
    },
  );
});

describe('the outer time', () => {
  it.each<[string, number, string]>([
    ['given', SECONDS - 60, '2026-11-21T04:03:23.000000123Z'],
    ['not given', -1, CREATED],
    ['too old', 12, CREATED],
    ['in the future', SECONDS + 200_000, CREATED],
    ['no number', Number.NaN, CREATED],
  ])('%s', (_name, seconds, timestamp) => {
    const { normaliser } = makeNormaliser();
    const record = parseRecord(normaliser.normalise(makeEvent({ seconds, text: 'x' }), ARRIVAL));
    expect(record['@timestamp']).toBe(timestamp);
    expect(record['event']).toMatchObject({ created: CREATED });
  });
});

describe('timestamps', () => {
  it.each<[bigint, string]>([
    [0n, '1970-01-01T00:00:00.000000000Z'],
    [1_795_233_863_785_232_175n, CREATED],
    [-5n, '1970-01-01T00:00:00.000000000Z'],
    [2n ** 70n, '2262-04-11T23:47:15.999999999Z'],
  ])('formats %p within what Elasticsearch takes', (ns, text) => {
    expect(formatTimestamp(ns)).toBe(text);
  });

  it('parses what it formats', () => {
    expect(parseTimestamp(CREATED)).toBe(1_795_233_863_785_232_175n);
    expect(parseTimestamp('2026-11-21T13:04:23+09:00')).toBe(1_795_233_863_000_000_000n);
    expect(parseTimestamp('2026-13-21T13:04:23Z')).toBeUndefined();
  });
});
