import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { AuditController } from '../audit/audit.controller.js';
import { ContainersController } from '../containers/containers.controller.js';
import { DeadLettersController } from '../dead-letters/dead-letters.controller.js';
import { DeletionsController } from '../deletions/deletions.controller.js';
import { FiltersController } from '../filters/filters.controller.js';
import { ExportController } from '../logs/export.controller.js';
import { FieldsController } from '../logs/fields.controller.js';
import { LogsController } from '../logs/logs.controller.js';
import { PatternsController } from '../patterns/patterns.controller.js';
import { SavedSearchesController } from '../saved-searches/saved-searches.controller.js';
import { QueriesController } from '../queries/queries.controller.js';
import { StatusController } from '../status/status.controller.js';
import { HealthController } from '../operations/health.controller.js';
import { MetricsController } from '../operations/metrics.controller.js';
import { TailController } from '../tail/tail.controller.js';
import { answers } from './answers.js';
import { describeAlerting } from './describe-alerting.js';
import { route } from './route.js';

/** What is for people's eyes: this document's own page, and the page of apps/web. */
const PAGES = /^\/($|docs|assets\/|favicon)/;

/** Parameters come from the schemas that check them; what each route is for and answers is said here. */
export function openApi(app: INestApplication): OpenAPIObject {
  describeLogs();
  describeSearchAids();
  describeDeletions();
  describeDeadLetters();
  describeAlerting();
  describeOperations();
  const config = new DocumentBuilder()
    .setTitle('Logweir')
    .setDescription(
      'Search the logs of your containers, and be told of what they say. Every error is {error: {code, message, position?, hint?, problems?}}.',
    )
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({ type: 'http', description: 'a key, where there are any; `npm run key -- create` makes one' })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config, { autoTagControllers: false });
  const paths = Object.entries(document.paths).filter(([path]) => !PAGES.test(path));
  return { ...document, paths: Object.fromEntries(paths) };
}

function describeLogs(): void {
  const on = route(LogsController.prototype, 'logs');
  on('search', 'Search', answers.page);
  on('searchByBody', 'Search, with the parameters as JSON', answers.page);
  on('histogram', 'Count over time', answers.histogram);
  on('histogramByBody', 'Count over time, with the parameters as JSON', answers.histogram);
  on('facets', 'The most frequent values of fields, with counts and shares', answers.facets);
  on('facetsByBody', 'The most frequent values of fields, with the parameters as JSON', answers.facets);
  on('get', 'One record by its id (a permalink); has an ETag', answers.record);
  on('context', 'What was written before and after a record', answers.context);
  const exports = route(ExportController.prototype, 'logs');
  exports('export', 'All records that match, as a stream; the last line says whether it is complete');
  exports('exportByBody', 'All records that match, with the parameters as JSON');
  const tail = route(TailController.prototype, 'tail');
  tail('tail', 'What comes in, as it comes: server-sent events, or JSON lines with accept: application/x-ndjson');
  tail('tailByBody', 'The same, with the parameters as JSON');
}

function describeSearchAids(): void {
  const ofFields = route(FieldsController.prototype, 'fields');
  ofFields('list', 'What fields records have', answers.fields);
  ofFields('listByBody', 'What fields records have, with the parameters as JSON', answers.fields);
  ofFields('values', 'The values of a field, for completion too', answers.values);
  ofFields('valuesByBody', 'The values of a field, with the parameters as JSON', answers.values);
  const patterns = route(PatternsController.prototype, 'patterns');
  patterns('list', 'What programs print, by the statement that prints it: counts, times, trend, samples', answers.patterns);
  patterns('listByBody', 'The same, with the parameters as JSON', answers.patterns);
  const queries = route(QueriesController.prototype, 'query');
  queries('validate', 'Whether a query can be understood, and what it looks at', answers.validation);
  queries('validateByBody', 'The same, with the query as JSON', answers.validation);
  const containers = route(ContainersController.prototype, 'containers');
  containers('list', 'Containers by their records, also those that were removed, newest first', answers.containers);
  containers('read', 'What one printed, as docker logs shows it (text/plain)');
  const saved = route(SavedSearchesController.prototype, 'saved searches');
  saved('list', 'All saved searches, by name', answers.savedSearches);
  saved('create', 'Save a search', answers.savedSearch, 201);
  saved('get', 'One saved search', answers.savedSearch);
  saved('replace', 'Change one', answers.savedSearch);
  saved('remove', 'Remove one');
}

function describeDeletions(): void {
  const on = route(DeletionsController.prototype, 'delete by query');
  on('delete', 'Count what would go; with the token of that answer, delete it', answers.deletion);
  on('list', 'The last deletions, newest first', answers.deletions);
  on('get', 'How far one is', answers.deletion);
  on('cancel', 'End one; what is deleted stays deleted', answers.deletion);
}

function describeDeadLetters(): void {
  const on = route(DeadLettersController.prototype, 'dead letters');
  on('list', 'Records that the store refused, oldest first', answers.deadLetters);
  on('get', 'One refused record', answers.deadLetter);
  on('replay', 'Send one again, corrected or as it is', answers.replay);
  on('replayAll', 'Send all again, or those of one type', answers.replay);
  on('remove', 'Give one up for good');
}

function describeOperations(): void {
  route(FiltersController.prototype, 'filters')(
    'test',
    'What the filters, or others, make of a line; nothing is stored',
    answers.filterTest,
  );
  route(AuditController.prototype, 'operations')('list', 'Who changed what, newest first', answers.audit);
  route(StatusController.prototype, 'operations')('status', 'How this process is: counters, journal, conditions', answers.status);
  const health = route(HealthController.prototype, 'operations');
  health('health', 'Is the process alive', answers.health);
  health('readiness', 'Can it work (503 when not, with the reason of each part)', answers.readiness);
  route(MetricsController.prototype, 'operations')('metrics', 'Metrics in the format of Prometheus');
}
