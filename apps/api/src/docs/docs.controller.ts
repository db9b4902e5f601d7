import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Param, Res } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiError } from '../errors.js';
import { ApiDocument } from './api-document.js';
import { PAGE, PAGE_POLICY, PAGE_SCRIPT } from './docs-page.js';
import { Needs } from '../security/needs.js';

const require = createRequire(import.meta.url);

/** The files of Swagger's page that ours asks for; nothing else of that folder is served. */
const ASSETS = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']);

/** OpenAPI and a page to try it. */
@Controller()
@Needs('anyone')
export class DocsController {
  constructor(private readonly document: ApiDocument) {}

  @Get('docs')
  page(@Res() response: Response): void {
    response.set('content-security-policy', PAGE_POLICY).type('html').send(PAGE);
  }

  @Get('docs-json')
  json(): Promise<OpenAPIObject> {
    return this.document.read();
  }

  @Get('docs/start.js')
  script(@Res() response: Response): void {
    response.type('text/javascript').send(PAGE_SCRIPT);
  }

  @Get('docs/:asset')
  asset(@Param('asset') asset: string, @Res() response: Response): void {
    if (!ASSETS.has(asset)) throw new ApiError(404, 'route_not_found', `nothing is at GET /docs/${asset.slice(0, 64)}`);
    const folder = dirname(require.resolve('swagger-ui-dist/package.json'));
    response.sendFile(join(folder, asset), { cacheControl: false });
  }
}
