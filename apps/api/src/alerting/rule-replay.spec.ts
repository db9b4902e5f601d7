import { parseRule, type Rule } from '#libs/rules';
import type { SearchHit } from '#libs/store';
import { RuleReplay } from './rule-replay.js';

const BEGIN_MS = Date.UTC(2026, 10, 21, 12);

function ruleOf(source: Record<string, unknown>): Rule {
  const parsed = parseRule({ name: 'it', ...source }, { kind: 'rest' });
  if ('rule' in parsed) return parsed.rule;
  throw new Error(parsed.problems.map(({ message }) => message).join('; '));
}

/** A record at this second, as stores give it back. */
function hit(second: number, sequence: number, fields: Record<string, unknown> = {}): SearchHit {
  const time = new Date(BEGIN_MS + second * 1_000).toISOString().replace('Z', '000000Z');
  return {
    key: { timestampNs: `${BEGIN_MS + second * 1_000}000000`, sequence, node: 'n-1' },
    record: {
      '@timestamp': time,
      message: `line ${sequence}`,
      event: { created: time, sequence, severity: 17 },
      log: { level: 'error' },
      logweir: { node: 'n-1' },
      ...fields,
    },
  };
}

async function replay(source: Record<string, unknown>, hits: readonly SearchHit[], seconds: number) {
  const replayed = new RuleReplay(ruleOf(source), BEGIN_MS, async () => undefined);
  await replayed.take(hits);
  await replayed.finish(BEGIN_MS + seconds * 1_000);
  return replayed.transitions.map(({ kind, atMs, value, group }) => ({ kind, second: (atMs - BEGIN_MS) / 1_000, value, group }));
}

const times = (...seconds: number[]) => seconds.map((second, index) => hit(second, index));

describe('a rule over stored records', () => {
  it('fires when its count is reached and resolves when the window has passed, at the times of the records', async () => {
    const found = await replay({ where: 'level:error', count: { over: '10s', at_least: 3 } }, times(20, 21, 22, 300), 400);
    expect(found).toEqual([
      { kind: 'firing', second: 22, value: 3, group: {} },
      { kind: 'resolved', second: 30, value: 2, group: {} },
    ]);
  });

  it('tells of an occurrence once in a cooldown, and then how many there were', async () => {
    const found = await replay({ level: 'error', cooldown: '60s' }, times(1, 2, 3, 100), 200);
    expect(found.map(({ kind }) => kind)).toEqual(['occurrence', 'occurrence', 'occurrence']);
    expect(found.map(({ second }) => second)).toEqual([1, 61, 121]);
  });

  it('counts each group apart', async () => {
    const of = (name: string) => ({ service: { name } });
    const hits = [hit(1, 0, of('a')), hit(2, 1, of('b')), hit(3, 2, of('a'))];
    const found = await replay({ where: '*', group_by: ['service'], count: { over: '10s', at_least: 2 } }, hits, 5);
    expect(found).toEqual([{ kind: 'firing', second: 3, value: 2, group: { 'service.name': 'a' } }]);
  });

  it('notices that a group went silent, also when hours pass without any record', async () => {
    const found = await replay(
      { where: '*', group_by: ['service'], absence: { over: '60s' } },
      [hit(5, 0, { service: { name: 'a' } })],
      7_200,
    );
    expect(found).toMatchObject([{ kind: 'firing', group: { 'service.name': 'a' } }]);
    expect(found[0]?.second).toBeGreaterThanOrEqual(65);
    expect(found[0]?.second).toBeLessThanOrEqual(75);
  });

  it('gives the event loop to others between signals', async () => {
    let breaths = 0;
    const replayed = new RuleReplay(ruleOf({ level: 'error' }), BEGIN_MS, async () => void breaths++);
    await replayed.take(Array.from({ length: 1_000 }, (_, index) => hit(1, index)));
    expect(breaths).toBeGreaterThanOrEqual(5);
    expect(replayed.records).toBe(1_000);
  });
});
