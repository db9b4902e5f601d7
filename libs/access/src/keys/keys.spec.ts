import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { FileDocuments } from '#libs/documents';
import { JsonLogger } from '#libs/telemetry';
import type { AuditEntry } from '../audit/audit.js';
import { keyIn } from './credentials.js';
import { isSecretOf, mintKey, parseKey } from './key.js';
import { KeyDesk, KEYS } from './key-desk.js';
import { KeyRing } from './key-ring.js';
import { permits, ROLES } from './roles.js';

const NOW = Date.UTC(2026, 10, 21);
const DAY_MS = 86_400_000;
const log = new JsonLogger({ level: 'error', write: () => undefined, now: () => NOW });
let folder: string;
let documents: FileDocuments;
let audited: AuditEntry[];
let announced: number;

const desk = (): KeyDesk =>
  new KeyDesk({
    documents,
    audit: { append: async (entry) => void audited.push(entry) },
    announce: async () => void announced++,
    now: () => NOW,
    random: randomBytes,
    actor: 'command',
  });
const ring = async (): Promise<KeyRing> => {
  const opened = new KeyRing(() => documents.list(KEYS), log);
  await opened.load();
  return opened;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logweir-keys-'));
  documents = await FileDocuments.open({ dir: folder, report: () => undefined });
  audited = [];
  announced = 0;
});
afterEach(async () => {
  await documents.close();
  await rm(folder, { recursive: true });
});

describe('a key', () => {
  it('is found in every form that shippers send, and in no other', () => {
    const { text } = mintKey(randomBytes);
    const base64 = (words: string): string => Buffer.from(words).toString('base64');
    const forms = [
      `Bearer ${text}`,
      `bearer  ${text}`,
      `ApiKey ${text}`,
      `ApiKey ${base64(`any:${text}`)}`,
      `Basic ${base64(`any:${text}`)}`,
    ];
    expect(forms.map(keyIn)).toEqual(forms.map(() => text));
    const others = ['', text, `Token ${text}`, `Bearer ${text} more`, `Bearer\n${text}`, `Bearer ${'x'.repeat(2_000)}`];
    expect(others.map((header) => parseKey(keyIn(header)))).toEqual(others.map(() => undefined));
  });

  it('is not any text that somebody may send', () => {
    const { hash } = mintKey(randomBytes);
    const stored = { name: 'a', role: 'read', hash, created: '' } as const;
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect([parseKey(keyIn(`Basic ${text}`)), isSecretOf(text, stored), isSecretOf(text, undefined)]).toEqual([
          undefined,
          false,
          false,
        ]);
      }),
    );
  });

  it('names its id in letters and digits only, so that it can be told of', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const { id, text } = mintKey((length) => Buffer.from(bytes.subarray(0, length)));
        expect(parseKey(text)?.id).toBe(id);
      }),
    );
  });
});

describe('roles', () => {
  it('let ingest send only, read see only, and manage do both', () => {
    const table = ROLES.map((held) => ROLES.filter((needed) => permits(held, needed)));
    expect(table).toEqual([['ingest'], ['read'], ['ingest', 'read', 'manage']]);
  });
});

describe('the desk of keys', () => {
  it('shows a key once, and keeps nothing it could be made of again', async () => {
    const { id, text } = await desk().create('shipper', 'ingest');
    const [file = ''] = (await readdir(join(folder, 'documents', KEYS))).filter((name) => name.startsWith(id));
    const kept = await readFile(join(folder, 'documents', KEYS, file), 'utf8');
    const secret = text.slice(-43);
    for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')])
      expect(kept).not.toContain(form);
    expect(JSON.stringify(await desk().list())).not.toContain('hash');
    expect(announced).toBe(1);
    expect(audited).toMatchObject([{ actor: 'command', action: 'key.create', target: id, outcome: 'done', detail: { role: 'ingest' } }]);
  });

  it('lets a key in until it is revoked or expires', async () => {
    const { text, id } = await desk().create('shipper', 'ingest', 90 * DAY_MS);
    const proofAt = async (day: number) => (await ring()).prove(`Bearer ${text}`, NOW + day * DAY_MS);
    expect(await proofAt(89)).toMatchObject({ kind: 'key', key: { id, name: 'shipper', role: 'ingest' } });
    expect(await proofAt(90)).toMatchObject({ kind: 'wrong', code: 'key_expired' });
    await desk().revoke('shipper');
    expect(await proofAt(1)).toMatchObject({ kind: 'wrong', code: 'key_revoked' });
    expect((await ring()).isEmpty).toBe(false);
  });

  it('revokes by name only when one key in use has it', async () => {
    const first = await desk().create('twin', 'read');
    await desk().create('twin', 'read');
    await expect(desk().revoke('twin')).rejects.toMatchObject({ code: 'key_ambiguous' });
    await desk().revoke(first.id);
    expect((await desk().revoke('twin')).id).not.toBe(first.id);
    await expect(desk().revoke('twin')).rejects.toMatchObject({ code: 'key_not_found' });
  });

  it.each(['', ' a', 'a\nb', 'x'.repeat(65), '<b>'])('takes no name like %j', async (name) => {
    await expect(desk().create(name, 'read')).rejects.toMatchObject({ code: 'key_invalid' });
  });
});

describe('the ring of keys', () => {
  it('knows a wrong secret of a right id, and a right secret of a wrong id', async () => {
    const { text } = await desk().create('a', 'read');
    const { text: other } = await desk().create('b', 'manage');
    const keys = await ring();
    expect(keys.prove(`Bearer ${other.slice(0, 21)}${text.slice(21)}`, NOW)).toMatchObject({ kind: 'wrong', code: 'key_wrong' });
    expect(keys.prove(undefined, NOW)).toEqual({ kind: 'none' });
  });

  it('lets nobody in with a stored key that it cannot read, and opens nothing because of it', async () => {
    const { text, id } = await desk().create('a', 'read');
    for (const value of [null, {}, { name: 'a', role: 'root', hash: 'x' }]) {
      await documents.put(KEYS, id, value);
      const keys = await ring();
      expect([keys.isEmpty, keys.prove(`Bearer ${text}`, NOW).kind]).toEqual([false, 'wrong']);
    }
  });

  it('is not loaded, and keeps what it had, when the keys cannot be read', async () => {
    const keys = new KeyRing(() => Promise.reject(new Error('away')), log);
    await expect(keys.load()).rejects.toThrow('away');
    expect(keys.isLoaded).toBe(false);
  });
});
