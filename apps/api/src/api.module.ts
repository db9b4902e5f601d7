import { Module, type DynamicModule } from '@nestjs/common';
import { ALERTING_CONTROLLERS, ALERTING_PROVIDERS } from './alerting/alerting.parts.js';
import { ApiParts } from './api-parts.js';
import { AuditController } from './audit/audit.controller.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { DeadLetters } from './dead-letters/dead-letters.service.js';
import { DeletionsController } from './deletions/deletions.controller.js';
import { Deletions } from './deletions/deletions.service.js';
import { ApiDocument } from './docs/api-document.js';
import { DocsController } from './docs/docs.controller.js';
import { FiltersController } from './filters/filters.controller.js';
import { FilterTrial } from './filters/filter-trial.js';
import { LogHistogram } from './logs/log-histogram.js';
import { LogSearch } from './logs/log-search.js';
import { LogsController } from './logs/logs.controller.js';
import { SearchSlots } from './logs/search-slots.js';
import { HealthController } from './operations/health.controller.js';
import { MetricsController } from './operations/metrics.controller.js';

/** Takes its parts from outside, so that it reads the very store that the same process writes. */
@Module({})
export class ApiModule {
  static register(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      // Deletions first: `logs/delete` is no id of a record.
      controllers: [
        DeletionsController,
        LogsController,
        DeadLettersController,
        ...ALERTING_CONTROLLERS,
        FiltersController,
        AuditController,
        HealthController,
        MetricsController,
        DocsController,
      ],
      providers: [
        { provide: ApiParts, useValue: parts },
        LogSearch,
        LogHistogram,
        SearchSlots,
        DeadLetters,
        Deletions,
        FilterTrial,
        ...ALERTING_PROVIDERS,
        ApiDocument,
      ],
    };
  }
}
