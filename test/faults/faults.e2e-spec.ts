import { describeWithOwnElasticsearch } from '../support/elasticsearch.js';
import { ALL_CASES } from './all-cases.js';
import { Company } from './cast.js';
import type { Verdict } from './fault-case.js';
import { playAll } from './play-all.js';
import { tableOf } from './table-of.js';

/** A node or two are started, the first use builds them, and a fault may show after 20 s only. */
const CASE_MS = 300_000;

describeWithOwnElasticsearch('a fault of Elasticsearch', () => {
  const company = new Company();
  const verdicts: Verdict[] = [];
  let played: ReadonlyMap<string, Promise<Verdict>>;

  beforeAll(() => {
    played = playAll(ALL_CASES, company.node, { holdMs: 300, aroundMs: 200 });
  });

  afterAll(async () => {
    await Promise.allSettled(played.values());
    await company.dismiss();
    process.stderr.write(`\n${tableOf(verdicts)}\n\n`);
  }, CASE_MS);

  it.each(ALL_CASES.map(({ name }) => name))(
    'loses nothing, stores nothing twice, and is told while it lasts: %s',
    async (name) => {
      const verdict = await played.get(name);
      if (verdict !== undefined) verdicts.push(verdict);
      expect(verdict).toMatchObject({ lost: 0, duplicated: 0, unbalanced: 0, wrong: [] });
    },
    CASE_MS,
  );
});
