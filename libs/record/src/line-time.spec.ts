import { LineTime } from './line-time.js';

const at = (zone: string, line: string): string | undefined => {
  const found = new LineTime(zone).read(line);
  return found && `${new Date(found.seconds * 1000).toISOString().slice(0, 19)}.${String(found.nanos).padStart(9, '0')}`;
};

describe('the time of a line', () => {
  it.each([
    ['2026-11-20T04:04:23.785123456Z started', '2026-11-20T04:04:23.785123456'],
    ['2026-11-20 04:04:23,785 INFO [main] a.B - text', '2026-11-20T04:04:23.785000000'],
    ['[2026-11-20 04:04:23] ERROR text', '2026-11-20T04:04:23.000000000'],
    ['10.0.0.9 - - [20/Nov/2026:04:04:23 +0900] "GET / HTTP/1.1" 200 5', '2026-11-19T19:04:23.000000000'],
    ['time="2026-11-20T04:04:23+02:00" level=info msg=x', '2026-11-20T02:04:23.000000000'],
    ['{"level":30,"time":1795147463785,"msg":"x"}', '2026-11-20T04:04:23.785000000'],
    ['{"ts":1795147463.25,"msg":"x"}', '2026-11-20T04:04:23.250000000'],
    ['{"@timestamp":"2026-11-20T04:04:23.1Z"}', '2026-11-20T04:04:23.100000000'],
  ])('reads %s', (line, expected) => {
    expect(at('UTC', line)).toBe(expected);
  });

  it('takes a zone-less one in the given zone, summer and winter', () => {
    expect(at('Europe/Berlin', '2026-11-20 04:04:23 x')).toBe('2026-11-20T03:04:23.000000000');
    expect(at('Europe/Berlin', '2026-07-20 04:04:23 x')).toBe('2026-07-20T02:04:23.000000000');
    expect(at('Europe/Berlin', '2026-07-20T04:04:23Z x')).toBe('2026-07-20T04:04:23.000000000');
  });

  it.each(['', '\tat shop.Order.close(Order.java:214)', 'plain words', '{"time":"soon"}', '{broken', '[main] text', '2026 was a year'])(
    'finds none in %p',
    (line) => {
      expect(at('UTC', line)).toBeUndefined();
    },
  );
});
