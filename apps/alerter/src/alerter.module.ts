import { type DynamicModule, Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type AlerterOptions, openAlerter, type RunningAlerter } from './alerter.js';

const OPTIONS = Symbol('AlerterOptions');

/** Nest's side of the alerter: it starts and stops it. What it is made of, and the order in which that ends, is in alerter.ts. */
@Module({})
export class AlerterModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private alerter: RunningAlerter | undefined;

  constructor(@Inject(OPTIONS) private readonly options: AlerterOptions) {}

  /** Takes its parts from outside: in the hub, ingest and the API have the same ones. */
  static register(options: AlerterOptions): DynamicModule {
    return { module: AlerterModule, providers: [{ provide: OPTIONS, useValue: options }] };
  }

  async onApplicationBootstrap(): Promise<void> {
    this.alerter = await openAlerter(this.options);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.alerter?.close();
  }
}

/** Resolves when the rule files were read once. */
export async function startAlerter(options: AlerterOptions): Promise<RunningAlerter> {
  const app = await NestFactory.createApplicationContext(AlerterModule.register(options), { logger: false, abortOnError: false });
  return { close: () => app.close() };
}
