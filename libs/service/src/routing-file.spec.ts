import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileDocuments } from '#libs/documents';
import { JsonLogger } from '#libs/telemetry';
import { Endpoints } from './endpoints.js';
import { RoutingFile } from './routing-file.js';

let folder: string;
let documents: FileDocuments;
let routing: RoutingFile;
const errors: string[] = [];
const write = (line: string): void => void errors.push((JSON.parse(line) as { message: string }).message);
const log = new JsonLogger({ level: 'error', write, now: Date.now });
const made = (name: string, sendResolved = true) => ({ name, sendResolved, settings: { webhook: { url: `http://rest.example/${name}` } } });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'logweir-routing-'));
  documents = await FileDocuments.open({ dir: join(folder, 'documents'), report: () => undefined });
  errors.length = 0;
});
afterEach(async () => {
  routing.close();
  await documents.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(text?: string): Promise<void> {
  const path = join(folder, 'routes.yml');
  if (text !== undefined) writeFileSync(path, text);
  routing = await RoutingFile.open({ path, documents, log, announce: async () => undefined });
}

/** Reading goes on after the change of a document. */
async function changed(change: Promise<unknown>): Promise<void> {
  const read = new Promise<void>((resolve) => {
    const end = routing.onChange(() => (end(), resolve()));
  });
  await change;
  await read;
}

describe('routes', () => {
  it('without a file go to nobody, and to the receiver made over REST as soon as one is called default', async () => {
    await open();
    expect(routing.current.route.receiver).toBeUndefined();
    await changed(routing.receivers.put('default', made('default', false)));
    expect(routing.current.route.receiver).toBe('default');
    expect(routing.current.receivers).toEqual([made('default', false)]);
  });

  it('of a file may name receivers made over REST; those of the file hide them', async () => {
    await routingWith('a', 'b');
    expect(routing.current.receivers.map(({ name, settings }) => [name, JSON.stringify(settings).includes('file.example')])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect([routing.isOfFile('a'), routing.isOfFile('b')]).toEqual([true, false]);
  });

  it('with a mistake stay what they were', async () => {
    await routingWith('b');
    await changed(Promise.resolve(writeFileSync(join(folder, 'routes.yml'), 'route: { receiver: nobody }\n')));
    expect(routing.current.route.receiver).toBe('a');
    expect(errors).toContain('the routing is not right');
  });

  it('do without a receiver whose secret is missing, and the list of receivers says what is missing', async () => {
    await open(
      "route: { receiver: a }\nreceivers: [{ name: a, webhook: { url: '${NOT_SET}' } }, { name: b, webhook: { url: 'http://b.example' } }]\n",
    );
    const endpoints = new Endpoints({ routing, env: {}, allowedTargets: [], externalUrl: '', now: Date.now });
    expect(endpoints.list().map(({ name, problems }) => [name, problems.length])).toEqual([
      ['a', expect.any(Number)],
      ['b', 0],
    ]);
    expect(endpoints.list()[0]?.problems.join()).toContain('NOT_SET');
    expect(() => endpoints.get('a')).toThrow('NOT_SET');
    expect(endpoints.get('b')?.config.name).toBe('b');
    await endpoints.close();
    expect(errors).toEqual([]);
  });
});

async function routingWith(...names: string[]): Promise<void> {
  await open("route: { receiver: a }\nreceivers: [{ name: a, webhook: { url: 'http://file.example' } }]\n");
  for (const name of names) await changed(routing.receivers.put(name, made(name)));
}
