import type { BackendFactory, IQueueBackend } from 'bullmq';

/** BullMQ over one server. Producers fail at once when it is away, workers wait for it. */
export interface Engine {
  /** Names and counts on the server begin with it. */
  readonly prefix: string;
  readonly producer: BackendFactory<IQueueBackend, object>;
  readonly worker: BackendFactory<IQueueBackend, object>;
  /** Why nothing can be sent now; undefined while the server is there. */
  away(): string | undefined;
}

/** The engines bring their connections along; BullMQ only insists that there is one. */
export const CONNECTION_OF_ENGINE: object = {};
