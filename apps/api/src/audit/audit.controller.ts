import { Controller, Get, Query } from '@nestjs/common';
import type { AuditEntry } from '#libs/access';
import { ApiParts } from '../api-parts.js';
import { Needs } from '../security/needs.js';
import { AuditParameters } from './audit.parameters.js';

@Controller('api/v1/audit')
@Needs('manage')
export class AuditController {
  constructor(private readonly parts: ApiParts) {}

  @Get()
  async list(@Query({ schema: AuditParameters }) { limit, before }: AuditParameters): Promise<{ items: readonly AuditEntry[] }> {
    return { items: await this.parts.access.audit.list(limit, before) };
  }
}
