import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { storedField } from '#libs/query';
import type { ExportChunk, ExportRequest } from '#libs/store';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';
import { objectField } from './counted-field.js';
import { ExportStream } from './export-stream.js';
import { composeQuery } from './filter.js';
import type { ExportParameters } from './logs.parameters.js';
import { timeRange } from './time-range.js';

/** At once: each may hold some 10 MB, and two keep the disk and a core busy. Searches have places of their own. */
const MAX_EXPORTS = 4;
/** Whoever takes nothing for so long has gone without saying so, and its place is given to another. */
const STALLED_MS = 60_000;

/** All records that match, as a stream. Only a last line that says so makes it a whole. */
@Injectable()
export class LogExport {
  private running = 0;

  constructor(private readonly parts: ApiParts) {
    parts.metrics.atScrape(() => parts.metrics.exportsRunning.set(this.running));
  }

  async send(parameters: ExportParameters, response: Response): Promise<void> {
    const request = this.request(parameters);
    if (this.running >= MAX_EXPORTS) {
      throw new ApiError(429, 'exports_busy', `${MAX_EXPORTS} exports are already running`, {
        hint: 'try again when one of them is done',
        retryAfterSeconds: 10,
      });
    }
    this.running += 1;
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('the client went away')));
    try {
      await this.stream({ ...request, signal: gone.signal }, response);
    } finally {
      this.running -= 1;
    }
  }

  private request(parameters: ExportParameters): ExportRequest {
    const { q, filter, format, order, fields } = parameters;
    if (format === 'text' && fields !== undefined) {
      throw new ApiError(400, 'parameter_invalid', 'fields: a line of text has no fields', { hint: 'take csv or ndjson' });
    }
    const names = fields?.map(singleField);
    const range = timeRange(parameters, this.parts.now());
    return { query: composeQuery(q, filter), ...range, format, order, ...(names && { fields: [...new Set(names)] }) };
  }

  private async stream(request: ExportRequest, response: Response): Promise<void> {
    const { reader, metrics, logger } = this.parts;
    const onSent = ({ records, bytes }: ExportChunk): void => {
      metrics.exportRecords.inc(records);
      metrics.exportBytes.inc(bytes.length);
    };
    const cut = await new ExportStream({ request, response, stalledMs: STALLED_MS, onSent }).send(reader.export(request));
    if (cut === undefined) return;
    const { by, ...fields } = cut;
    metrics.exportsCut.inc({ by });
    if (by !== 'client') logger.warn('export was cut', fields);
  }
}

function singleField(typed: string): string {
  const { name } = storedField(typed);
  const { message, hint } = objectField(name) ?? {};
  if (message !== undefined) throw new ApiError(400, 'parameter_invalid', `${name} ${message}`, hint === undefined ? {} : { hint });
  return name;
}
