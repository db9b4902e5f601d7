import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../test/support/eventually.js';
import { describeWithRedis, startRedis } from '../../../test/support/redis.js';
import { MemoryIndex } from './copy/memory-index.fixture.js';
import { openDocuments } from './open-documents.js';

const owner = { now: () => 1_800_000_000_000, report: () => undefined };

describe('documents that are opened by their settings', () => {
  it('are files in a folder that is made', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'logweir-open-'));
    const documents = await openDocuments({ kind: 'files', dir: join(dir, 'documents') }, owner);
    await documents.put('rules', 'a', 1);
    expect(await documents.check()).toEqual([]);
    expect(documents.copyHealth()).toEqual({ ok: true, reason: '' });
    await documents.close();
    await writeFile(join(dir, 'file'), '');
    await expect(openDocuments({ kind: 'files', dir: join(dir, 'file') }, owner)).rejects.toMatchObject({
      code: 'documents_unavailable',
      message: expect.stringContaining('check the folder') as string,
    });
    await rm(dir, { recursive: true });
  });

  it('refuse an address that is none', async () => {
    await expect(openDocuments({ kind: 'redis', url: 'localhost', prefix: '' }, owner)).rejects.toMatchObject({
      code: 'documents_invalid',
    });
  });

  describeWithRedis('in Redis', () => {
    it('are copied by themselves, now and then and at the end', async () => {
      const server = await startRedis();
      const copy = new MemoryIndex();
      let due: (() => void) | undefined;
      const schedule = (run: () => void) => {
        due = run;
        return () => (due = undefined);
      };
      const documents = await openDocuments({ kind: 'redis', url: server.url, prefix: 'o:', copy }, { ...owner, schedule });
      await documents.put('rules', 'a', 1);
      due?.();
      await eventually(() => expect(copy.entries.get('data/documents:rules/a')?.text).toBe('1\n1'));
      await documents.put('rules', 'a', 2);
      await documents.close();
      expect(copy.entries.get('data/documents:rules/a')?.text).toBe('2\n2');
      await server.close();
    });
  });
});
