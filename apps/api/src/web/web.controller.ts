import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ApiError } from '../errors.js';
import { Needs } from '../security/needs.js';
import { type PageFile, readPageFiles } from './page-files.js';

/**
 * The page runs its own files and asks its own server, nothing else. Its styles are files too: what React and the chart set
 * on elements goes through the object model, and the query editor's sheet is adopted by its shadow root.
 */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/** Files with a hash in their name never change. */
const FOREVER = 'public, max-age=31536000, immutable';

/** The page of apps/web. It holds no data: what it shows it asks of the API, with the key of whoever reads it. */
@Controller()
@Needs('anyone')
export class WebController {
  private files: Promise<ReadonlyMap<string, PageFile>> | undefined;

  @Get()
  page(@Req() request: Request, @Res() response: Response): Promise<void> {
    response.set('content-security-policy', POLICY);
    return this.send('index.html', request, response);
  }

  @Get('favicon.svg')
  icon(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.send('favicon.svg', request, response);
  }

  @Get('assets/:file')
  asset(@Param('file') file: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.send(`assets/${file}`, request, response);
  }

  private async send(name: string, request: Request, response: Response): Promise<void> {
    this.files ??= readPageFiles();
    const file = (await this.files).get(name);
    if (file === undefined) {
      const hint = name === 'index.html' ? 'the page was not built: npm run build; the API is under /api/v1, see /docs' : 'reload the page';
      throw new ApiError(404, 'route_not_found', `nothing is at GET ${request.path.slice(0, 100)}`, { hint });
    }
    const packed = file.gzip !== undefined && request.acceptsEncodings('gzip') === 'gzip' ? file.gzip : undefined;
    if (packed !== undefined) response.set('content-encoding', 'gzip');
    response
      .set({ 'cache-control': file.immutable ? FOREVER : 'no-cache', etag: file.etag, vary: 'accept-encoding', 'content-type': file.type })
      .send(packed ?? file.body);
  }
}
