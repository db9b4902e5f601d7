import { rmSync } from 'node:fs';
import type { PatternsAnswer } from '#apps/api/src/patterns/patterns.service';
import { eventually } from '../support/eventually.js';
import { startHub, temporaryFolder, type Hub } from '../support/hub.js';

const SAID = ['order 7 of kim@example.org paid in 12 ms', 'order 8012 of lee@example.org paid in 3 ms', 'no route to 10.0.0.3:8080'];

async function send(hub: Hub, messages: readonly string[]): Promise<void> {
  const body = messages.map((message) => JSON.stringify({ message, level: 'info', service: 'shop' })).join('\n');
  const answer = await fetch(`${hub.addresses['intake']}/ingest`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(answer.ok).toBe(true);
}

async function listed(hub: Hub): Promise<[string, string, number][]> {
  const answer = (await (await fetch(`${hub.addresses['api']}/api/v1/patterns?from=now-1h&to=now%2B1h`)).json()) as PatternsAnswer;
  return answer.patterns.map(({ id, template, count }) => [template, id, count]);
}

describe('the patterns of a hub', () => {
  const dataDir = temporaryFolder();
  let hub: Hub;

  afterAll(async () => {
    await hub.kill();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('have the same ids after kill -9, and a filter that redacts gives the statement another one', async () => {
    hub = await startHub({ dataDir });
    await send(hub, SAID);
    const before = await eventually(async () => {
      const found = await listed(hub);
      expect(found.map(([template, , count]) => [template, count])).toEqual([
        ['order <*> of <*> paid in <*> ms', 2],
        ['no route to <*>', 1],
      ]);
      return found;
    });
    await hub.kill();
    hub = await startHub({ dataDir, env: { LOGWEIR_FILTERS_REDACT: 'email' } });
    await send(hub, ['no route to 10.9.9.9:80', ...SAID.slice(0, 1)]);
    await eventually(async () =>
      expect(await listed(hub)).toEqual([
        [...(before[0] ?? [])],
        ['no route to <*>', before[1]?.[1], 2],
        ['order <*> of ****@example.org paid in <*> ms', expect.stringMatching(/^[0-9a-f]{12}$/), 1],
      ]),
    );
  }, 60_000);
});
