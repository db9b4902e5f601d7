import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { answers } from './answers.js';

/** Swagger's decorators, applied here instead of on the controllers, so that starting does not load them. */
export function route<Controller extends object>(controller: Controller, tag: string) {
  return (method: keyof Controller & string, summary: string, answer?: z.ZodType, success = method === 'remove' ? 204 : 200): void => {
    const descriptor = Object.getOwnPropertyDescriptor(controller, method);
    if (descriptor === undefined) throw new Error(`bug: there is no route ${method}`);
    ApiOperation({ summary, tags: [tag], operationId: `${tag.replaceAll(' ', '_')}_${method}` })(controller, method, descriptor);
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
