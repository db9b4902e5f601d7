import type { Alerting, Endpoints } from '#libs/service';
import type { Logger } from '#libs/telemetry';

/** Says once what is wrong with a receiver: now, and again only when it is something else. Gives what ends it. */
export function tellReceiverProblems({ routing }: Alerting, endpoints: Endpoints, log: Logger): () => void {
  let told = new Set<string>();
  const tell = (): void => {
    const problems = endpoints.list().flatMap((receiver) => receiver.problems);
    for (const problem of problems) if (!told.has(problem)) log.error('a receiver is not right', { problem });
    told = new Set(problems);
  };
  tell();
  return routing.onChange(tell);
}
