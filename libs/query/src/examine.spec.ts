import { examineQuery } from './examine.js';
import { QueryError } from './errors.js';

describe('examining a query', () => {
  it.each([
    ['', []],
    ['timeout', ['message']],
    ['log.level:error and not service.name:(web or cart)', ['log.level', 'service.name']],
    ['"my field":x or host.*:web-1', ['attributes.my field', 'host.*']],
    ['user:{ name:ann and id:7 }', ['user.name', 'user.id']],
    ['http.response.status_code >= 500 and @timestamp > now-1h', ['http.response.status_code', '@timestamp']],
    ['user_id:*', ['attributes.user_id']],
  ])('%s is KQL', (text, fields) => {
    expect(examineQuery(text)).toEqual({ kql: true, fields });
  });

  it.each([
    ['error timeout', ['message']],
    ['-timeout', ['message']],
    ['status:(400 401)', ['attributes.status']],
    ['level:error', ['log.level']],
    ['log.level >= warn', ['log.level']],
    ['url.path:/x+/', ['url.path']],
    ['event.duration > 1.5s', ['event.duration']],
    ['bytes > 10kb', ['attributes.bytes']],
    ['event.duration:1s', ['event.duration']],
    ['user_id:null', ['attributes.user_id']],
    ['container:web and level:error and container:cart', ['container.name', 'log.level']],
  ])('%s is ours', (text, fields) => {
    expect(examineQuery(text)).toEqual({ kql: false, fields });
  });

  it('refuses what the parser refuses', () => {
    expect(() => examineQuery('level=error')).toThrow(QueryError);
    expect(() => examineQuery('x'.repeat(20_000))).toThrow(expect.objectContaining({ code: 'query_too_long' }));
  });
});
