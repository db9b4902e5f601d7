import { Module, type DynamicModule } from '@nestjs/common';
import { Metrics, Readiness } from '#libs/telemetry';
import { HealthController } from './health.controller.js';

@Module({})
export class AlerterModule {
  static register(readiness: Readiness, metrics: Metrics): DynamicModule {
    return {
      module: AlerterModule,
      controllers: [HealthController],
      providers: [
        { provide: Readiness, useValue: readiness },
        { provide: Metrics, useValue: metrics },
      ],
    };
  }
}
