import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { AuditController } from '../audit/audit.controller.js';
import { DeadLettersController } from '../dead-letters/dead-letters.controller.js';
import { DeletionsController } from '../deletions/deletions.controller.js';
import { FiltersController } from '../filters/filters.controller.js';
import { LogsController } from '../logs/logs.controller.js';
import { HealthController } from '../operations/health.controller.js';
import { MetricsController } from '../operations/metrics.controller.js';
import { answers } from './answers.js';
import { describeAlerting } from './describe-alerting.js';
import { route } from './route.js';

/** Parameters come from the schemas that check them; what each route is for and answers is said here. */
export function openApi(app: INestApplication): OpenAPIObject {
  describeLogs();
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
  const paths = Object.entries(document.paths).filter(([path]) => !path.startsWith('/docs'));
  return { ...document, paths: Object.fromEntries(paths) };
}

function describeLogs(): void {
  const on = route(LogsController.prototype, 'logs');
  on('search', 'Search', answers.page);
  on('searchByBody', 'Search, with the parameters as JSON', answers.page);
  on('histogram', 'Count over time', answers.histogram);
  on('histogramByBody', 'Count over time, with the parameters as JSON', answers.histogram);
  on('get', 'One record by its id (a permalink)', answers.record);
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
  const health = route(HealthController.prototype, 'operations');
  health('health', 'Is the process alive', answers.health);
  health('readiness', 'Can it work (503 when not, with the reason of each part)', answers.readiness);
  route(MetricsController.prototype, 'operations')('metrics', 'Metrics in the format of Prometheus');
}
