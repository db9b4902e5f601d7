import { parseQuery } from '#libs/query';
import { toKibana } from './kql.js';

/** 2026-11-21T12:00:00Z. */
const NOW_NS = 1_795_262_400_000_000_000n;

const translate = (text: string) => toKibana(parseQuery(text), { nowNs: NOW_NS });

describe('becomes Kibana’s KQL', () => {
  it.each([
    ['', ''],
    ['*', ''],
    ['timeout', 'message : timeout'],
    ['"connection refused"', 'message : "connection refused"'],
    ['user-id', 'message : "user id"'],
    ['Null', 'message : "null"'],
    ['refus*', 'message : refus*'],
    ['/api/v1/*', 'message : api and message : v1'],
    ['not /api/v1/*', 'not (message : api and message : v1)'],
    ['level:ERROR', 'log.level : error'],
    ['level >= warn', 'log.level : (warn or error or fatal)'],
    ['level > fatal', 'not *'],
    ['service:"pay ments"', 'service.name : "pay ments"'],
    ['service:pay* -level:debug', 'service.name : pay* and not log.level : debug'],
    ['service:(a or b) and level:info', '(service.name : a or service.name : b) and log.level : info'],
    ['service:a or level:info and host:x', 'service.name : a or log.level : info and host.name : x'],
    ['status:*', 'attributes.status : * or attributes.status.* : *'],
    ['status:* x', '(attributes.status : * or attributes.status.* : *) and message : x'],
    ['service:null', 'not service.name : *'],
    ['service > pay', 'service.name > pay'],
    ['http.response.status_code >= 500', 'http.response.status_code >= 500'],
    ['http.response.status_code:404.5', 'not *'],
    ['duration > 1.5s', 'event.duration > 1500000000'],
    ['client.ip:10.0.0.0/8', 'client.ip >= 10.0.0.0 and client.ip <= 10.255.255.255'],
    ['client.ip:fe80::1', 'client.ip : "fe80:0000:0000:0000:0000:0000:0000:0001"'],
    ['@timestamp:2026-11-21', '@timestamp >= "2026-11-21T00:00:00.000000000Z" and @timestamp < "2026-11-22T00:00:00.000000000Z"'],
    ['not @timestamp > now-1h', 'not @timestamp >= "2026-11-21T11:00:00.000000001Z"'],
    ['labels.team:red', 'labels.team : red'],
    ['"labels.my team":"it\'s \\"x\\""', '"labels.my team" : "it\'s \\"x\\""'],
    ['service:"a\\ud800\\n"', 'service.name : "a\\ud800\\n"'],
  ])('%s', (ours, kql) => {
    expect(translate(ours)).toEqual({ kql, filters: [] });
  });
});

describe('becomes a filter in Elasticsearch’s own words, as Kibana’s KQL cannot say it', () => {
  it.each([
    ['a regular expression', 'url.path:/\\/api.*/'],
    ['an attribute, whose type differs from index to index', 'user_id:7'],
    ['many fields at once', 'host.*:web-1'],
    ['the start of a label', 'labels.team:re*'],
    ['a pattern with a space', 'service:a\\ b*'],
    ['one of these among others', 'level:error or user_id:7'],
    ['one of these under not', 'not url.path:/x/'],
    ['a number that JSON rounds', 'event.duration:9007199254740993'],
    ['a range of an attribute', 'user_id >= 7'],
  ])('%s', (_what, text) => {
    const { kql, filters } = translate(`level:info and (${text})`);
    expect(kql).toBe('log.level : info');
    expect(filters).toHaveLength(1);
    expect(parseQuery(filters[0]?.text ?? '')).toEqual(parseQuery(text));
    expect(Object.keys(filters[0]?.query ?? {})).toEqual(['bool']);
  });

  it('one filter for each clause', () => {
    const { kql, filters } = translate('user_id:7 level:error name:/x.*/');
    expect(kql).toBe('log.level : error');
    expect(filters.map(({ text }) => text)).toEqual(['user_id:7', 'name:/x.*/']);
  });
});
