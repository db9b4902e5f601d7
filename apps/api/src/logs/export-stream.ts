import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { columnsOf, csvLine, type ExportChunk, type ExportRequest } from '#libs/store';

const CONTENT_TYPES: Readonly<Record<ExportRequest['format'], string>> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  text: 'text/plain; charset=utf-8',
};
const ENDINGS: Readonly<Record<ExportRequest['format'], string>> = { ndjson: 'ndjson', csv: 'csv', text: 'log' };

export interface ExportStreamOptions {
  readonly request: ExportRequest;
  readonly response: ServerResponse;
  /** Whoever takes nothing for so long has gone without saying so. */
  readonly stalledMs: number;
  readonly onSent: (chunk: ExportChunk) => void;
}

/** Why an export did not come to its end. */
export interface ExportCut {
  readonly by: 'client' | 'stalled' | 'store';
  readonly records: number;
  readonly reason: string;
}

class Stalled extends Error {}

/** Sends what a store reads no faster than it is taken, and a last line that says whether that was all. */
export class ExportStream {
  private records = 0;

  constructor(private readonly options: ExportStreamOptions) {}

  /** What fails before the first record is thrown; afterwards it stands in the last line. */
  async send(chunks: AsyncIterable<ExportChunk>): Promise<ExportCut | undefined> {
    const { request, response } = this.options;
    const iterator = chunks[Symbol.asyncIterator]();
    try {
      let next = await iterator.next();
      response.writeHead(200, headersOf(request)).flushHeaders();
      if (request.format === 'csv') response.write(csvLine(columnsOf(request.fields)));
      for (; next.done !== true; next = await iterator.next()) await this.write(next.value);
      response.end(lastLine(request, { complete: true, records: this.records }));
      return undefined;
    } catch (error) {
      if (!response.headersSent && !response.destroyed) throw error;
      return this.cut(error);
    } finally {
      await iterator.return?.();
    }
  }

  private cut(error: unknown): ExportCut {
    const { request, response } = this.options;
    const { records } = this;
    const reason = error instanceof Error ? error.message : String(error);
    const by = error instanceof Stalled ? 'stalled' : response.destroyed ? 'client' : 'store';
    // No last line would come through to who takes nothing: the connection that breaks off says that something is missing.
    if (by === 'stalled') response.destroy();
    else response.end(lastLine(request, { complete: false, records, reason }));
    return { by, records, reason };
  }

  /** Resolves when there is room for more. */
  private async write(chunk: ExportChunk): Promise<void> {
    const { response, onSent } = this.options;
    if (response.destroyed) throw new Error('the client went away');
    this.records += chunk.records;
    const hasRoom = response.write(chunk.bytes);
    onSent(chunk);
    if (!hasRoom) await this.room();
  }

  private async room(): Promise<void> {
    const { response, stalledMs } = this.options;
    const waiting = new AbortController();
    const { signal } = waiting;
    const stalled = setTimeout(() => waiting.abort(), stalledMs);
    try {
      await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
    } catch {
      throw new Stalled(`the client took nothing for ${stalledMs / 1_000} s`);
    } finally {
      clearTimeout(stalled);
      waiting.abort();
    }
  }
}

interface Outcome {
  readonly complete: boolean;
  readonly records: number;
  readonly reason?: string;
}

function lastLine({ format }: ExportRequest, outcome: Outcome): string {
  if (format === 'ndjson') return `${JSON.stringify({ logweir: outcome })}\n`;
  const { complete, records, reason = '' } = outcome;
  return complete ? `# complete: ${records} records\n` : `# cut: ${reason.replaceAll(/\s+/g, ' ')}; ${records} records until then\n`;
}

function headersOf({ format, fromNs, toNs }: ExportRequest): Record<string, string> {
  const name = `logweir-${stamp(fromNs)}-${stamp(toNs)}.${ENDINGS[format]}`;
  return { 'content-type': CONTENT_TYPES[format], 'content-disposition': `attachment; filename="${name}"` };
}

/** 20261121T115959Z */
const stamp = (ns: bigint): string => `${new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
