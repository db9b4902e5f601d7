import { describeWithOwnElasticsearch } from '../support/elasticsearch.js';
import { ALL_CASES } from './all-cases.js';
import { Company } from './cast.js';
import type { Verdict } from './fault-case.js';
import { playAll } from './play-all.js';

/** Three nodes and some thirty processes, on a machine that may be busy. */
const ALL_MS = 600_000;

describeWithOwnElasticsearch('a fault of Elasticsearch', () => {
  const company = new Company();
  let verdicts: ReadonlyMap<string, Verdict | Error>;

  beforeAll(async () => {
    verdicts = await playAll(ALL_CASES, company.node, { holdMs: 1_000, aroundMs: 200 });
  }, ALL_MS);

  afterAll(() => company.dismiss(), ALL_MS);

  it.each(ALL_CASES.map(({ name }) => name))('loses nothing, stores nothing twice, and is told: %s', (name) => {
    const verdict = verdicts.get(name);
    if (verdict === undefined || verdict instanceof Error) throw verdict ?? new Error('it was not played');
    expect(verdict).toMatchObject({ lost: 0, duplicated: 0, unbalanced: 0, wrong: [] });
    expect(verdict.ackedMeanwhile).toBeGreaterThan(0);
  });
});
