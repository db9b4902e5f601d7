import { Module, type DynamicModule } from '@nestjs/common';
import { ALERTING_CONTROLLERS, ALERTING_PROVIDERS } from './alerting/alerting.parts.js';
import { ApiParts } from './api-parts.js';
import { AuditController } from './audit/audit.controller.js';
import { ContainerDirectory } from './containers/container-directory.js';
import { ContainerLogs } from './containers/container-logs.js';
import { ContainersController } from './containers/containers.controller.js';
import { TextStreams } from './containers/text-streams.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { DeadLetters } from './dead-letters/dead-letters.service.js';
import { DeletionsController } from './deletions/deletions.controller.js';
import { Deletions } from './deletions/deletions.service.js';
import { ApiDocument } from './docs/api-document.js';
import { DocsController } from './docs/docs.controller.js';
import { FiltersController } from './filters/filters.controller.js';
import { FilterTrial } from './filters/filter-trial.js';
import { LogContext } from './logs/log-context.js';
import { ExportController } from './logs/export.controller.js';
import { FieldsController } from './logs/fields.controller.js';
import { LogExport } from './logs/log-export.js';
import { LogFacets } from './logs/log-facets.js';
import { LogFields } from './logs/log-fields.js';
import { LogHistogram } from './logs/log-histogram.js';
import { LogSearch } from './logs/log-search.js';
import { LogsController } from './logs/logs.controller.js';
import { SearchSlots } from './logs/search-slots.js';
import { PatternsController } from './patterns/patterns.controller.js';
import { PatternList } from './patterns/patterns.service.js';
import { SavedSearchesController } from './saved-searches/saved-searches.controller.js';
import { SavedSearches } from './saved-searches/saved-searches.service.js';
import { QueriesController } from './queries/queries.controller.js';
import { StatusController } from './status/status.controller.js';
import { HealthController } from './operations/health.controller.js';
import { MetricsController } from './operations/metrics.controller.js';
import { TailController } from './tail/tail.controller.js';
import { Tails } from './tail/tails.js';
import { WebController } from './web/web.controller.js';

/** Takes its parts from outside, so that it reads the very store that the same process writes. */
@Module({})
export class ApiModule {
  static register(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      // These first: `logs/delete` and `logs/export` are no ids of a record.
      controllers: [
        DeletionsController,
        ExportController,
        TailController,
        LogsController,
        FieldsController,
        PatternsController,
        DeadLettersController,
        ...ALERTING_CONTROLLERS,
        FiltersController,
        AuditController,
        ContainersController,
        QueriesController,
        SavedSearchesController,
        StatusController,
        HealthController,
        MetricsController,
        DocsController,
        WebController,
      ],
      providers: [
        { provide: ApiParts, useValue: parts },
        LogSearch,
        LogHistogram,
        LogExport,
        LogFacets,
        LogFields,
        LogContext,
        PatternList,
        SearchSlots,
        DeadLetters,
        Deletions,
        Tails,
        FilterTrial,
        SavedSearches,
        ContainerDirectory,
        ContainerLogs,
        TextStreams,
        ...ALERTING_PROVIDERS,
        ApiDocument,
      ],
    };
  }
}
