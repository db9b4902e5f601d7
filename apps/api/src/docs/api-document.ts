import { Injectable, type INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI document, made when it is first asked for: loading what makes it takes as long as all else of the start. */
@Injectable()
export class ApiDocument {
  private app: INestApplication | undefined;
  private document: Promise<OpenAPIObject> | undefined;

  /** The application whose routes it describes; before the first request. */
  describe(app: INestApplication): void {
    this.app = app;
  }

  read(): Promise<OpenAPIObject> {
    const { app } = this;
    if (app === undefined) throw new Error('bug: the document was asked for before there was an application');
    this.document ??= import('./openapi.js').then(({ openApi }) => openApi(app));
    return this.document;
  }
}
