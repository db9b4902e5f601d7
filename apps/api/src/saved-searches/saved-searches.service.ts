import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Document, type Documents, DocumentsError } from '#libs/documents';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';
import { composeQuery } from '../logs/filter.js';
import { timeRange } from '../logs/time-range.js';
import type { SavedSearchBody } from './saved-searches.parameters.js';

const COLLECTION = 'saved-searches';
/** A list that a person looks through; all of it is read for every answer, 8 MiB at most with the limit below. */
const MAX_SEARCHES = 500;
/** JSON of one: to be opened it has to fit into an address, and Node takes 16 KiB of a request's head. */
const MAX_BYTES = 16 * 1_024;

export interface SavedSearch extends Omit<SavedSearchBody, 'from' | 'to'> {
  readonly id: string;
  readonly from?: string;
  readonly to?: string;
  readonly version: number;
  /** RFC 3339. */
  readonly created: string;
  readonly updated: string;
}

type Stored = Omit<SavedSearch, 'id' | 'version'>;

/** Searches with a name, as documents: what is answered is durable, and in a cluster it is the same for every process. */
@Injectable()
export class SavedSearches {
  private creating: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: ApiParts) {}

  /** By name. */
  async list(): Promise<readonly SavedSearch[]> {
    const found = await this.ask((documents) => documents.list(COLLECTION));
    return found.map(savedSearch).sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  }

  async get(id: string): Promise<SavedSearch> {
    const found = await this.ask((documents) => documents.get(COLLECTION, checked(id)));
    return found === undefined ? missing(id) : savedSearch(found);
  }

  create(body: SavedSearchBody): Promise<SavedSearch> {
    const now = this.now();
    const value = this.value(body, { created: now, updated: now });
    const made = this.creating.then(async () => {
      await this.checkRoom();
      return savedSearch(await this.ask((documents) => documents.put(COLLECTION, randomUUID(), value, 0)));
    });
    this.creating = made.catch(() => undefined);
    return made;
  }

  /** Throws `VersionConflictError` when somebody else changed it since `version`, or since it was looked at here. */
  async replace(id: string, body: SavedSearchBody, version?: number): Promise<SavedSearch> {
    const found = await this.get(id);
    const value = this.value(body, { created: found.created, updated: this.now() });
    return savedSearch(await this.ask((documents) => documents.put(COLLECTION, id, value, version ?? found.version)));
  }

  async remove(id: string, version?: number): Promise<void> {
    if (!(await this.ask((documents) => documents.remove(COLLECTION, checked(id), version)))) missing(id);
  }

  private now(): string {
    return new Date(this.parts.now()).toISOString();
  }

  /** Throws what a search with it would throw. */
  private value({ from, to, ...body }: SavedSearchBody, times: Pick<Stored, 'created' | 'updated'>): Stored {
    composeQuery(body.q, body.filter);
    timeRange({ from, to }, this.parts.now());
    const value: Stored = { ...body, ...(from !== undefined && { from }), ...(to !== undefined && { to }), ...times };
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes <= MAX_BYTES) return value;
    throw new ApiError(400, 'saved_search_limit', `this search has ${bytes} bytes, at most ${MAX_BYTES} are taken`, {
      hint: 'shorten the query, or use fewer filters and columns',
    });
  }

  private async checkRoom(): Promise<void> {
    const { length } = await this.ask((documents) => documents.list(COLLECTION));
    if (length < MAX_SEARCHES) return;
    throw new ApiError(409, 'saved_search_limit', `there are ${MAX_SEARCHES} saved searches, no more are taken`, { hint: 'remove some' });
  }

  private async ask<T>(question: (documents: Documents) => Promise<T>): Promise<T> {
    const { alerting } = this.parts;
    if (alerting === undefined) {
      throw new ApiError(503, 'saved_searches_elsewhere', 'this process has no place for saved searches', {
        hint: 'set LOGWEIR_REDIS_URL to the Redis that all processes share, or ask the API of npm start (apps/hub)',
      });
    }
    try {
      return await question(alerting.documents);
    } catch (error) {
      const isAway = error instanceof DocumentsError && error.code !== 'documents_invalid' && error.code !== 'documents_limit';
      if (!isAway) throw error;
      const message = `saved searches cannot be reached: ${error.message}`;
      throw new ApiError(503, 'saved_searches_unavailable', message, { retryAfterSeconds: 1, cause: error });
    }
  }
}

/** As `create` makes them: nothing else is asked for, also not as the name of a file. */
const ID = /^[0-9a-f-]{36}$/;

function checked(id: string): string {
  return ID.test(id) ? id : missing(id);
}

function missing(id: string): never {
  throw new ApiError(404, 'saved_search_not_found', `there is no saved search "${id.slice(0, 64)}"`, {
    hint: 'GET /api/v1/saved-searches lists them',
  });
}

function savedSearch({ id, version, value }: Document): SavedSearch {
  return { id, ...(value as Stored), version };
}
