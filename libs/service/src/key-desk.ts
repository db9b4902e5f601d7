import { randomBytes } from 'node:crypto';
import { AuditLog, KeyDesk, KEYS } from '#libs/access';
import type { Settings } from '#libs/config';
import { openCoordination } from '#libs/coordination';
import { type Documents, openDocuments } from '#libs/documents';
import { openDocumentCopy } from '#libs/store';
import type { Logger } from '#libs/telemetry';
import { accessFolder, auditId } from './access.js';
import { placeOf, queuesOf } from './alerting.js';
import { Closing } from './closing.js';

export interface KeyDeskPlace {
  readonly settings: Settings;
  readonly log: Logger;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** For the audit records. */
  readonly actor: string;
}

/** The keys of this Logweir, for a command: those in the data folder, or those in its Redis, whose processes are told of changes. */
export async function openKeyDesk(place: KeyDeskPlace): Promise<{ readonly desk: KeyDesk; close(): Promise<void> }> {
  const { settings, log, now, actor } = place;
  const closing = new Closing();
  const deskOver = (documents: Documents, announce: () => Promise<void>) => {
    const audit = new AuditLog({ documents: async () => documents, log, random: auditId });
    return { desk: new KeyDesk({ documents, audit, announce, now, random: randomBytes, actor }), close: () => closing.close() };
  };
  if (settings.redis.url === '') {
    const folder = await accessFolder(settings, log).open();
    closing.add('documents', () => folder.close());
    return deskOver(folder, () => Promise.resolve());
  }
  const copy = openDocumentCopy(settings);
  if (copy !== undefined) closing.add('copy', () => copy.close());
  const report = (event: string, details: Readonly<Record<string, string | number>>): void => log.warn(event.replaceAll('_', ' '), details);
  const documents = await openDocuments(placeOf({ settings, ...(copy && { copy }) }), { now, report });
  closing.add('documents', () => documents.close());
  const coordination = await openCoordination(queuesOf(settings), { log, now }).catch(async (error: unknown) => {
    await closing.close();
    throw error;
  });
  closing.add('coordination', () => coordination.close());
  return deskOver(documents, () => coordination.publish(KEYS, {}));
}
