import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { openIngest } from './ingest.js';
import type { Ingest, IngestOptions } from './ingest.js';
import type { RejectionDesk } from './rejection-desk.js';
import type { Source } from './sources/source.js';

/** Nest's side of ingest: it starts and stops the doors. What they do is wired in ingest.ts. */
@Module({})
export class IngestModule {}

export interface OpenDoors {
  /** Name → address of every open door. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Takes nothing new; resolves when what was on its way is on disk and its senders were told. */
  close(): Promise<void>;
}

export interface RunningIngest {
  readonly deadLetters: RejectionDesk;
  readonly drained: Ingest['drained'];
  readonly filters: Ingest['filters'];
  readonly status: Ingest['status'];
  readonly tail: Ingest['tail'];
  /** Last of all, so that what comes in can be looked after: they are then the first to close. */
  openDoors(): Promise<OpenDoors>;
  /** After the doors. */
  close(): Promise<void>;
}

/** Everything but the doors: what an earlier process left in the journal goes to the store from here on. */
export async function startIngest(options: IngestOptions): Promise<RunningIngest> {
  const ingest = await openIngest(options);
  return {
    deadLetters: ingest.desk,
    drained: ingest.drained,
    filters: ingest.filters,
    status: ingest.status,
    tail: ingest.tail,
    openDoors: () => openDoors(ingest.doors),
    close: () => ingest.closing.close(),
  };
}

/** When one cannot be opened, those before it are closed again. */
async function openDoors(doors: readonly Source[]): Promise<OpenDoors> {
  const app = await NestFactory.create(IngestModule, { logger: false, abortOnError: false, bodyParser: false });
  for (const door of doors) app.connectMicroservice({ strategy: door });
  await app.startAllMicroservices();
  try {
    for (const door of doors) await door.open();
  } catch (error) {
    await app.close();
    throw error;
  }
  return { addresses: Object.assign({}, ...doors.map(({ addresses }) => addresses)) as Record<string, string>, close: () => app.close() };
}
