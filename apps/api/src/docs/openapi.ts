import type { INestApplication } from '@nestjs/common';
import { ApiOperation, ApiResponse, DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { DeadLettersController } from '../dead-letters/dead-letters.controller.js';
import { LogsController } from '../logs/logs.controller.js';
import { HealthController } from '../operations/health.controller.js';
import { MetricsController } from '../operations/metrics.controller.js';
import { answers } from './answers.js';

/** Parameters come from the schemas that check them; what each route is for and answers is said here. */
export function openApi(app: INestApplication): OpenAPIObject {
  describeLogs();
  describeDeadLetters();
  describeOperations();
  const config = new DocumentBuilder()
    .setTitle('Logweir')
    .setDescription('Search the logs of your containers. Every error is {error: {code, message, position?, hint?}}.')
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
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

function describeDeadLetters(): void {
  const on = route(DeadLettersController.prototype, 'dead letters');
  on('list', 'Records that the store refused, oldest first', answers.deadLetters);
  on('get', 'One refused record', answers.deadLetter);
  on('replay', 'Send one again, corrected or as it is', answers.replay);
  on('replayAll', 'Send all again, or those of one type', answers.replay);
  on('remove', 'Give one up for good');
}

function describeOperations(): void {
  const health = route(HealthController.prototype, 'operations');
  health('health', 'Is the process alive', answers.health);
  health('readiness', 'Can it work (503 when not, with the reason of each part)', answers.readiness);
  route(MetricsController.prototype, 'operations')('metrics', 'Metrics in the format of Prometheus');
}

/** Swagger's decorators, applied here instead of on the controllers, so that starting does not load them. */
function route<Controller extends object>(controller: Controller, tag: string) {
  return (method: keyof Controller & string, summary: string, answer?: z.ZodType): void => {
    const descriptor = Object.getOwnPropertyDescriptor(controller, method);
    if (descriptor === undefined) throw new Error(`bug: there is no route ${method}`);
    const success = method === 'remove' ? 204 : 200;
    ApiOperation({ summary, tags: [tag], operationId: `${tag.replace(' ', '_')}_${method}` })(controller, method, descriptor);
    ApiResponse({ status: success, description: 'done', ...content(answer) })(controller, method, descriptor);
    ApiResponse({ status: '4XX', description: 'what was wrong with the request', ...content(answers.error) })(
      controller,
      method,
      descriptor,
    );
  };
}

function content(answer: z.ZodType | undefined): { content?: Record<string, { schema: Record<string, unknown> }> } {
  if (answer === undefined) return {};
  const { $schema: _, ...schema } = z.toJSONSchema(answer);
  return { content: { 'application/json': { schema } } };
}
