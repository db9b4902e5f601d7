import { describeWithOwnElasticsearch } from '../support/elasticsearch.js';
import { ALL_CASES } from './all-cases.js';
import { Company } from './cast.js';
import type { Verdict } from './fault-case.js';
import { play } from './play.js';
import { tableOf } from './table-of.js';

/** A node or two are started, the first use builds them, and a fault may show after 20 s only. */
const CASE_MS = 300_000;

// One after the other: what a case waits for must not depend on its neighbours.
describeWithOwnElasticsearch('a fault of Elasticsearch', () => {
  const company = new Company();
  const verdicts: Verdict[] = [];

  afterAll(async () => {
    await company.dismiss();
    process.stderr.write(`\n${tableOf(verdicts)}\n\n`);
  }, CASE_MS);

  it.each(ALL_CASES.map((fault) => [fault.name, fault] as const))(
    'loses nothing, stores nothing twice, and is told while it lasts: %s',
    async (_, fault) => {
      const verdict = await play(fault, company.node, { holdMs: 300, aroundMs: 200 });
      verdicts.push(verdict);
      expect(verdict).toMatchObject({ lost: 0, duplicated: 0, unbalanced: 0, wrong: [] });
    },
    CASE_MS,
  );
});
