import { JsonLogger } from './logger.js';

function loggerAt(level: 'debug' | 'info' | 'warn' | 'error') {
  const lines: Record<string, unknown>[] = [];
  let now = 1_795_233_863_785;
  const logger = new JsonLogger({ level, write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>), now: () => now });
  return { logger, lines, pass: (ms: number) => (now += ms) };
}

describe('the JSON logger', () => {
  it('writes one object a line with time, level, message and fields', () => {
    const { logger, lines } = loggerAt('info');
    logger.info('journal opened', { segments: 3, position: 12n });
    expect(lines).toEqual([{ time: '2026-11-21T04:04:23.785Z', level: 'info', message: 'journal opened', segments: 3, position: '12' }]);
  });

  it('writes errors with their stack and cause', () => {
    const { logger, lines } = loggerAt('info');
    logger.error('failed', { error: new Error('outer', { cause: new Error('inner') }) });
    expect(lines[0]).toMatchObject({ error: { name: 'Error', message: 'outer', stack: expect.any(String), cause: { message: 'inner' } } });
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = loggerAt('warn');
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
    expect(lines.map((line) => line['message'])).toEqual(['c', 'd']);
  });

  it('holds back what repeats within five seconds and says how often', () => {
    const { logger, lines, pass } = loggerAt('info');
    for (let at = 0; at < 10; at++) logger.warn('store is away');
    pass(5_000);
    logger.warn('store is away');
    expect(lines.map((line) => line['repeated'])).toEqual([undefined, 9]);
  });
});
