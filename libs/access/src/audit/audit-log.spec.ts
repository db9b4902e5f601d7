import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Documents, DocumentsError, FileDocuments } from '#libs/documents';
import { JsonLogger } from '#libs/telemetry';
import type { AuditEntry } from './audit.js';
import { AuditLog, MAX_ENTRIES } from './audit-log.js';

let folder: string;
let lines: string[];
const log = new JsonLogger({ level: 'info', write: (line) => void lines.push(line), now: () => 0 });
const entry = (minute: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  at: new Date(Date.UTC(2026, 10, 21) + minute * 60_000).toISOString(),
  actor: 'key ann',
  action: 'rule.create',
  target: `rule-${minute}`,
  outcome: 'done',
  ...more,
});
let number = 0;
const random = (): string => (number++).toString(16).padStart(12, '0');
const open = (): Promise<FileDocuments> => FileDocuments.open({ dir: join(folder, 'access'), report: () => undefined });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logweir-audit-'));
  lines = [];
});
afterEach(() => rm(folder, { recursive: true }));

describe('the audit log', () => {
  it('keeps what was done, newest first, also for the next process', async () => {
    const audit = new AuditLog({ documents: open, log, random });
    for (const minute of [1, 2, 3]) await audit.append(entry(minute));
    const next = new AuditLog({ documents: open, log, random });
    expect((await next.list(2)).map(({ target }) => target)).toEqual(['rule-3', 'rule-2']);
    expect((await next.list(10, entry(3).at)).map(({ target }) => target)).toEqual(['rule-2', 'rule-1']);
  });

  it('shows what another process wrote meanwhile', async () => {
    const audit = new AuditLog({ documents: open, current: open, log, random });
    await audit.append(entry(1));
    await new AuditLog({ documents: open, log, random }).append(entry(2, { actor: 'command' }));
    expect((await audit.list(10)).map(({ actor }) => actor)).toEqual(['command', 'key ann']);
  });

  it('keeps a bounded number, the newest', async () => {
    const kept = new Map<string, unknown>();
    const documents = {
      put: async (_: string, id: string, value: unknown) => void kept.set(id, value),
      remove: async (_: string, id: string) => kept.delete(id),
      list: async () => [...kept].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, value]) => ({ id, value, version: 1 })),
    } as unknown as Documents;
    const audit = new AuditLog({ documents: async () => documents, log, random });
    for (let minute = 0; minute < MAX_ENTRIES + 250; minute++) await audit.append(entry(minute));
    expect(kept.size).toBeLessThanOrEqual(MAX_ENTRIES + 100);
    expect((await audit.list(1))[0]?.target).toBe(`rule-${MAX_ENTRIES + 249}`);
  });

  it('cuts what is too long, and logs every entry', async () => {
    const audit = new AuditLog({ documents: open, log, random });
    await audit.append(entry(1, { target: 'x'.repeat(1_000), detail: { text: 'y'.repeat(5_000) } }));
    const [kept] = await audit.list(1);
    expect([kept?.target.length, kept?.detail]).toEqual([256, { cut: true }]);
    expect(lines.filter((line) => line.includes('"audit"'))).toHaveLength(1);
  });

  it('says so when an entry cannot be kept, and does not fail the change', async () => {
    let lost = 0;
    const documents = { put: () => Promise.reject(new DocumentsError('documents_unavailable', 'away')) } as unknown as Documents;
    await new AuditLog({ documents: async () => documents, log, random, onLost: () => lost++ }).append(entry(1));
    expect([lost, lines.some((line) => line.includes('could not be kept'))]).toEqual([1, true]);
  });
});
