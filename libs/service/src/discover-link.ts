import type { Notification } from '#libs/alerts';
import type { DiscoverLinks } from '#libs/kibana';
import { parseQuery, QueryError } from '#libs/query';

const NS_PER_MS = 1_000_000n;

export interface DiscoverLinkOptions {
  readonly kibana: DiscoverLinks;
  /** Where people reach Logweir: what our own alerts' links begin with. */
  readonly externalUrl: string;
}

/** The records behind the first alert of our own rules, in Discover; none for alerts from outside. */
export function discoverLink({ alerts }: Notification, { kibana, externalUrl }: DiscoverLinkOptions): { readonly kibana?: string } {
  const ours = `${externalUrl}/api/v1/logs?`;
  const found = alerts.find(({ generatorUrl }) => generatorUrl.startsWith(ours));
  if (found === undefined) return {};
  const parameters = new URLSearchParams(found.generatorUrl.slice(ours.length));
  const [fromMs, toMs] = [Number(parameters.get('from')), Number(parameters.get('to'))];
  if (!Number.isSafeInteger(fromMs) || !Number.isSafeInteger(toMs)) return {};
  const [fromNs, toNs] = [BigInt(fromMs) * NS_PER_MS, BigInt(toMs) * NS_PER_MS];
  try {
    const { url } = kibana.link({ query: parseQuery(parameters.get('q') ?? ''), fromNs, toNs, nowNs: toNs });
    return url === undefined ? {} : { kibana: url };
  } catch (error) {
    // A rule near the limits of the language can pass them with its group's clauses; the message goes out without this link.
    if (error instanceof QueryError) return {};
    throw error;
  }
}
