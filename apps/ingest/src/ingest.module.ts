import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { INestApplication } from '@nestjs/common';
import { openIngest } from './ingest.js';
import type { Ingest, IngestOptions } from './ingest.js';
import type { RejectionDesk } from './rejection-desk.js';

/** Nest's side of ingest: it starts and stops the doors. What they do is wired in ingest.ts. */
@Module({})
export class IngestModule {}

export interface RunningIngest {
  /** Name → address of every open door. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly deadLetters: RejectionDesk;
  close(): Promise<void>;
}

/** Opens the doors; when one cannot be opened, what was opened before it is closed again. */
export async function startIngest(options: IngestOptions): Promise<RunningIngest> {
  const ingest = await openIngest(options);
  try {
    const app = await connect(ingest);
    ingest.closing.add('doors', () => app.close());
    for (const door of ingest.doors) await door.open();
  } catch (error) {
    await ingest.closing.close();
    throw error;
  }
  const addresses = Object.assign({}, ...ingest.doors.map((door) => door.addresses)) as Record<string, string>;
  return { addresses, deadLetters: ingest.desk, close: () => ingest.closing.close() };
}

async function connect(ingest: Ingest): Promise<INestApplication> {
  const app = await NestFactory.create(IngestModule, { logger: false, abortOnError: false, bodyParser: false });
  for (const door of ingest.doors) app.connectMicroservice({ strategy: door });
  await app.startAllMicroservices();
  return app;
}
