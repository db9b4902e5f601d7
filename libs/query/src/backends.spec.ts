import { parseQuery, toElasticsearch, toSql } from '#libs/query';

const at = { nowNs: 1_795_262_400_000_000_000n };

it('asks plain columns for the fields that people filter by', () => {
  expect(toSql(parseQuery('level>=error service:pay timeout @timestamp>=2026-11-21'), at)).toEqual({
    sql: '(level IN (?, ?) AND service IN (?) AND contains(words, ?) AND (ts >= ?))',
    params: ['error', 'fatal', 'pay', ' timeout ', 1_795_219_200_000_000_000n],
  });
});

it('never puts what a person typed into the SQL', () => {
  const evil = `x'; DROP TABLE logs; --`;
  const texts = [
    `"${evil}"`,
    `"${evil}":"${evil}"`,
    `"${evil}" > 1`,
    `"${evil}":*`,
    `service:*"`.replace('"', `\\'DROP*`),
    `url.path:/DROP.*'/`,
    `DROP*x:'DROP`,
  ];
  for (const text of texts) expect(toSql(parseQuery(text), at).sql).not.toMatch(/DROP/u);
});

it('binds as many values as the SQL has places for', () => {
  const texts = [
    'a.b:12',
    'a.b > 5',
    'a:*',
    'us*:12',
    'us*:*',
    'client.ip:10.0.0.0/8',
    'error.message:"a b"',
    'a:/x?/',
    'tags:x*',
    'event.created > now',
    'labels:*',
  ];
  for (const text of texts) {
    const { sql, params } = toSql(parseQuery(text), at);
    expect({ text, places: sql.replace(/'[^']*'/gu, '').split('?').length - 1 }).toEqual({ text, places: params.length });
  }
});

it('puts everything into a filter for Elasticsearch, so that nothing is scored', () => {
  expect(toElasticsearch(parseQuery('level:error "connection refused" not service:pay'), at)).toEqual({
    bool: {
      filter: [
        { term: { 'log.level': 'error' } },
        { match_phrase: { message: { query: 'connection refused', analyzer: 'whitespace' } } },
        { bool: { must_not: [{ term: { 'service.name': 'pay' } }] } },
      ],
    },
  });
});

it('asks both twins of an attribute for a number', () => {
  expect(toElasticsearch(parseQuery('user_id:12'), at)).toMatchObject({
    bool: { filter: [{ bool: { should: [{ match: {} }, { match: {} }, { term: { 'attributes.user_id.as_text': '12' } }] } }] },
  });
});
