import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDocuments, Watched } from '#libs/documents';
import { Journal } from '#libs/journal';
import { CHANNELS, type Rule, SIGNALS } from '#libs/rules';
import { type Logger, Metrics } from '#libs/telemetry';
import { eventually } from '../../../../test/support/eventually.js';
import { MemoryCoordination } from '../../../../test/support/memory-coordination.js';
import { lineOf, ruleOf } from './detect.fixture.js';
import { startDetect } from './start-detect.js';

const logger: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

it('passes nothing over while the rules cannot be read', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'logweir-detect-'));
  const now = (): number => performance.now();
  const wallNs = (): bigint => BigInt(Date.now()) * 1_000_000n;
  const journal = await Journal.open({ dir: join(dir, 'journal'), node: 'web', freeFloorBytes: 0, now, wallNs, compose: () => '' });
  const documents = await openDocuments({ kind: 'files', dir: join(dir, 'alerts') }, { now: Date.now, report: () => undefined });
  const parse = (): Rule => ruleOf({});
  const rules = new Watched<Rule>({ documents, collection: 'rules', announce: () => Promise.resolve(), parse });
  const coordination = new MemoryCoordination();
  const settings = { journal: { maxBytes: 1e9 } };
  const metrics = new Metrics();
  const detecting = startDetect({ journal, alerting: { rules, coordination }, settings, metrics, logger, wall: Date.now, now });
  await journal.append({ lines: [lineOf({ service: 'shop' })], urgent: true });
  await documents.put('rules', 'errors', {});
  await rules.load();
  await eventually(async () => {
    await coordination.publish(CHANNELS.owner, { fence: 1, held: {} });
    expect(coordination.queue(SIGNALS).added[0]?.data).toMatchObject({ rules: [{ rule: 'errors', groups: [{ key: ['shop'] }] }] });
  });
  await detecting.close();
  await journal.close();
  await documents.close();
  await rm(dir, { recursive: true, force: true });
});
