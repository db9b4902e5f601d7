import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeDocuments, type Subject } from '../documents.contract.js';
import { FileDocuments } from './file-documents.js';

async function open(dir: string): Promise<Subject> {
  const documents = await FileDocuments.open({ dir, report: () => undefined, compactFloorBytes: 300 });
  return {
    documents,
    reopen: async () => {
      await documents.close();
      return open(dir);
    },
    close: async () => {
      await documents.close();
      expect((await readdir(join(dir, 'checkpoints'))).filter((name) => name.endsWith('.cut'))).toEqual([]);
      await rm(dir, { recursive: true });
    },
  };
}

describe('documents in files', () => {
  describeDocuments(async () => open(await mkdtemp(join(tmpdir(), 'logweir-documents-'))));
});
