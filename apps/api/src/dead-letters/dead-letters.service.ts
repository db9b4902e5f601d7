import { Injectable } from '@nestjs/common';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';
import type { DeadLetter, DeadLetterDesk, DeadLetterPage } from './dead-letter-desk.js';
import type { ListParameters, ReplayAllBody, ReplayBody } from './dead-letters.parameters.js';

export interface ReplayAnswer {
  readonly replayed: number;
  /** Letters that could not go back, with the reason; they stay where they are. */
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
  /** More letters were left for another call. */
  readonly partial: boolean;
}

const PAGE = 200;
/** One call replays no more, so that it ends before a proxy gives up; `partial` says to call again. */
const MAX_REPLAYED = 10_000;
/** Enough to see what is wrong. */
const MAX_FAILED = 100;

@Injectable()
export class DeadLetters {
  constructor(private readonly parts: ApiParts) {}

  list(parameters: ListParameters): Promise<DeadLetterPage> {
    const { limit, cursor, type } = parameters;
    return this.desk().list({ limit, ...(cursor === undefined ? {} : { after: cursor }), ...(type === undefined ? {} : { type }) });
  }

  async get(id: string): Promise<DeadLetter> {
    return (await this.desk().get(id)) ?? missing();
  }

  async remove(id: string): Promise<void> {
    if (!(await this.desk().remove(id))) missing();
  }

  async replay(id: string, body: ReplayBody): Promise<ReplayAnswer> {
    if (!(await this.desk().replay(id, body?.record))) missing();
    return { replayed: 1, failed: [], partial: false };
  }

  /** One by one in order: a letter that cannot go back does not hold up the others. */
  async replayAll(body: ReplayAllBody, disconnected: AbortSignal): Promise<ReplayAnswer> {
    const desk = this.desk();
    const failed: { id: string; reason: string }[] = [];
    let replayed = 0;
    let after: string | undefined;
    while (!disconnected.aborted && replayed < MAX_REPLAYED && failed.length < MAX_FAILED) {
      const page: DeadLetterPage = await desk.list({
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
        ...(body?.type === undefined ? {} : { type: body.type }),
      });
      for (const { id } of page.items) {
        const reason = await failure(desk, id);
        if (reason === undefined) replayed++;
        else failed.push({ id, reason });
      }
      if (page.next === undefined) return { replayed, failed, partial: false };
      after = page.next;
    }
    return { replayed, failed, partial: true };
  }

  private desk(): DeadLetterDesk {
    if (this.parts.deadLetters !== undefined) return this.parts.deadLetters;
    throw new ApiError(404, 'dead_letters_elsewhere', 'dead letters are kept by the process that ingests', {
      hint: 'ask the API of a process started with npm start (apps/hub)',
    });
  }
}

async function failure(desk: DeadLetterDesk, id: string): Promise<string | undefined> {
  try {
    return (await desk.replay(id)) ? undefined : 'it is no longer there';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function missing(): never {
  throw new ApiError(404, 'dead_letter_not_found', 'no dead letter has this id', { hint: 'it may have been replayed or deleted' });
}
