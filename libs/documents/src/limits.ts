/** Names and sizes that every implementation takes, and no other. */
import type { Changes } from './documents.js';
import { DocumentsError } from './errors.js';

/** A rule or receiver written by a person is far smaller; what is read in one go by `list` must stay so. */
export const MAX_VALUE_BYTES = 256 * 1024;
/** `list` reads a whole collection. */
export const MAX_DOCUMENTS = 10_000;
/** A rule's state with its groups is split over several keys long before. */
export const MAX_TEXT_BYTES = 1024 * 1024;
/**
 * One append is one write to the disk or one script of Redis, during which nothing else moves; what it cannot take ends the
 * owner's term, so it takes a hundred thousand groups that change in the same second.
 */
export const MAX_APPEND_BYTES = 96 * 1024 * 1024;
export const MAX_KEY_BYTES = 1024;

const COLLECTION = /^[a-z][a-z0-9-]{0,31}$/;
/** Also a safe file name: it begins with no dot and has no separator. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;

export function checkCollection(name: string): void {
  if (!COLLECTION.test(name))
    throw new DocumentsError('documents_invalid', `${show(name)} is no name of a collection or checkpoint: a to z, 0 to 9, -`);
}

export function isId(id: string): boolean {
  return ID.test(id);
}

export function checkId(id: string): void {
  if (!isId(id))
    throw new DocumentsError('documents_invalid', `${show(id)} is no id: 1 to 128 of A-Z a-z 0-9 _ . : - and a letter or digit first`);
}

/** JSON text of a document's value. */
export function formatValue(collection: string, id: string, value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new DocumentsError('documents_invalid', `${collection}/${id}: the value is nothing that JSON knows`);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_VALUE_BYTES)
    throw new DocumentsError('documents_limit', `${collection}/${id}: ${bytes} bytes of JSON, at most ${MAX_VALUE_BYTES} are taken`);
  return text;
}

export function tooMany(collection: string): DocumentsError {
  return new DocumentsError('documents_limit', `${collection} has ${MAX_DOCUMENTS} documents, the limit: remove some first`);
}

export function checkFence(fence: number): void {
  if (!Number.isSafeInteger(fence) || fence < 0)
    throw new DocumentsError('documents_invalid', `${fence} is no fencing number: a whole number from 0 on`);
}

export function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > MAX_KEY_BYTES || key.startsWith('#')) {
    throw new DocumentsError(
      'documents_invalid',
      `${show(key)} is no key of a checkpoint: 1 to ${MAX_KEY_BYTES} bytes, not beginning with #`,
    );
  }
}

/** Throws when an append is too large to be taken. */
export function checkChanges(name: string, changes: Changes): void {
  let total = 0;
  for (const [key, text] of changes) {
    checkKey(key);
    const bytes = text === null ? 0 : Buffer.byteLength(text);
    if (bytes > MAX_TEXT_BYTES)
      throw new DocumentsError(
        'documents_limit',
        `checkpoint ${name}: ${show(key)} has ${bytes} bytes, at most ${MAX_TEXT_BYTES} are taken`,
      );
    total += bytes + Buffer.byteLength(key);
  }
  if (total > MAX_APPEND_BYTES)
    throw new DocumentsError('documents_limit', `checkpoint ${name}: an append of ${total} bytes, at most ${MAX_APPEND_BYTES} are taken`);
}

function show(name: string): string {
  return JSON.stringify(name.slice(0, 140));
}
