import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  AlertsError,
  type GettableSilence,
  gettableSilence,
  parseMatchers,
  parseSilence,
  type Silence,
  Silences,
  silenceToApi,
} from '#libs/alerts';
import { AlertingAccess } from './alerting-access.js';

/** Silences are documents: what is answered is durable, and holds in every process that heard of it. */
@Injectable()
export class SilenceDesk {
  private changing: Promise<unknown> = Promise.resolve();

  constructor(private readonly access: AlertingAccess) {}

  list(filter: readonly string[]): readonly GettableSilence[] {
    return this.silences().list(this.access.nowMs, filter.flatMap(parseMatchers));
  }

  get(id: string): GettableSilence {
    const silence = this.silences().get(id);
    if (silence === undefined) throw new AlertsError('silence_not_found', 'silence not found');
    return gettableSilence(silence, this.access.nowMs);
  }

  /** Creates one, or changes the one of the body's id, as Alertmanager does; gives the one that holds now. */
  put(body: unknown): Promise<GettableSilence> {
    const request = parseSilence(body);
    return this.oneByOne(async () => {
      const { nowMs } = this.access;
      const silences = this.silences();
      for (const id of silences.forget(nowMs)) await this.access.alerting.silences.remove(id);
      const changed = silences.put(request, { nowMs, newId: randomUUID() });
      for (const silence of changed) await this.save(silence);
      return gettableSilence(changed.at(-1) as Silence, nowMs);
    });
  }

  expire(id: string): Promise<void> {
    return this.oneByOne(() => this.save(this.silences().expire(id, this.access.nowMs)));
  }

  private silences(): Silences {
    return new Silences({ silences: this.access.alerting.silences.all });
  }

  private async save(silence: Silence): Promise<void> {
    await this.access.alerting.silences.put(silence.id, silenceToApi(silence));
  }

  /** What one decides depends on what the other left. */
  private oneByOne<T>(change: () => Promise<T>): Promise<T> {
    const done = this.changing.then(change);
    this.changing = done.catch(() => undefined);
    return done;
  }
}
