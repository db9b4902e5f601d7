import { cp, rm } from 'node:fs/promises';
import { eventually } from '../support/eventually.js';
import { type Hub, startHub } from '../support/hub.js';

async function ask<Body>(url: string | undefined, method = 'GET', body?: object): Promise<Body> {
  const answer = await fetch(url ?? '', {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Body;
}

const send = (hub: Hub, message: string): Promise<unknown> => ask(`${hub.addresses['intake']}/ingest`, 'POST', { message });

const expectMessages = (hub: Hub, messages: readonly string[]): Promise<void> =>
  eventually(async () => {
    const { items } = await ask<{ items: readonly { message: string }[] }>(`${hub.addresses['api']}/api/v1/logs`);
    expect(items.map(({ message }) => message).sort()).toEqual(messages);
  });

const namesOf = async (hub: Hub, path: string, name: string): Promise<unknown[]> => {
  const answer = await ask<{ items?: Record<string, unknown>[] } & Record<string, unknown>[]>(`${hub.addresses['api']}${path}`);
  return (answer.items ?? answer).map((item) => item[name]);
};

describe('a copy of the data folder of a stopped hub', () => {
  it('is a backup: records, rules and silences are there again, and it goes on', async () => {
    const before = await startHub();
    await send(before, 'one');
    await send(before, 'two');
    await expectMessages(before, ['one', 'two']);
    const api = before.addresses['api'];
    await ask(`${api}/api/v1/rules/slow`, 'PUT', { where: 'message:slow', count: { over: '1m', at_least: 2 } });
    const matchers = [{ name: 'alertname', value: 'slow', isRegex: false, isEqual: true }];
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const startsAt = new Date().toISOString();
    await ask(`${api}/api/v2/silences`, 'POST', { matchers, startsAt, endsAt, createdBy: 'me', comment: 'moving' });
    expect(await before.stop()).toBe(0);

    const copy = `${before.dataDir}-copy`;
    await cp(before.dataDir, copy, { recursive: true });
    await rm(before.dataDir, { recursive: true });
    const after = await startHub({ dataDir: copy });
    await expectMessages(after, ['one', 'two']);
    expect(await namesOf(after, '/api/v1/rules', 'name')).toEqual(['slow']);
    expect(await namesOf(after, '/api/v2/silences', 'comment')).toEqual(['moving']);
    await send(after, 'three');
    await expectMessages(after, ['one', 'three', 'two']);
    expect(await after.stop()).toBe(0);
    await rm(copy, { recursive: true });
  }, 60_000);
});
