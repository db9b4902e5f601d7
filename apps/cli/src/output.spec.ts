import { Output, plain } from './output.js';
import { recordText } from './record-text.js';

const stream = (isTTY: boolean) => ({ isTTY, write: () => true, once: () => undefined });
const output = (isTTY: boolean, env: Record<string, string> = {}) => new Output({ stdout: stream(isTTY), stderr: stream(false), env });
const RECORD = {
  '@timestamp': '2026-11-21T12:00:00.123456789Z',
  message: 'no\n\tat a\u001b]52;c;x\u0007',
  log: { level: 'error' },
  container: { name: 'web-1' },
};

describe('a printed record', () => {
  it('is one line with its time, level and container; further lines stand below it', () => {
    expect(recordText(RECORD, output(false))).toBe('2026-11-21T12:00:00.123Z ERROR web-1: no\n  \tat a\ufffd]52;c;x\ufffd');
    expect(recordText({}, output(false))).toBe('Z       ');
  });

  it('has colours only on a terminal, and not where they are not wanted', () => {
    expect(recordText(RECORD, output(true))).toContain('\u001b[31mERROR\u001b[0m');
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) expect(recordText(RECORD, output(true, env))).not.toContain('\u001b');
    expect(recordText(RECORD, output(true, { NO_COLOR: '' }))).toContain('\u001b[31m');
  });

  it('holds nothing that a terminal would obey', () => {
    expect(plain('a\u0000\u001b[2J\u009b1m\r\n\tb서')).toBe('a\ufffd\ufffd[2J\ufffd1m\ufffd\n\tb서');
  });
});
