import type { Completeness } from '../api/answers.js';

/** What the API answers about alerts, as far as the page reads it. */
export interface Alert {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly status: { readonly state: 'unprocessed' | 'active' | 'suppressed'; readonly silencedBy: readonly string[] };
  readonly acknowledged?: { readonly by: string; readonly comment: string; readonly at: string };
}

export interface Silence {
  readonly id: string;
  readonly status: { readonly state: 'pending' | 'active' | 'expired' };
  readonly matchers: readonly { readonly name: string; readonly value: string; readonly isRegex: boolean; readonly isEqual: boolean }[];
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

export interface Rule {
  readonly name: string;
  readonly origin: { readonly kind: 'file'; readonly file: string; readonly line: number } | { readonly kind: 'rest' };
  /** To be given with a change, so that nobody else's is overwritten. */
  readonly version: number;
  readonly enabled: boolean;
  readonly source: Readonly<Record<string, unknown>>;
  readonly state: { readonly matches: number; readonly late: number; readonly lastMatchAt?: string; readonly firing: number };
}

/** What a rule would have told of stored records. */
export interface PreviewAnswer extends Completeness {
  readonly records: number;
  /** Of them, matches that came later than the rule allows. */
  readonly late: number;
  readonly transitions: readonly {
    readonly kind: 'occurrence' | 'firing' | 'resolved' | 'no_data';
    readonly at: string;
    readonly group: Readonly<Record<string, string>>;
  }[];
}

export interface Explanation {
  readonly state: string;
  readonly why: string;
  readonly groups: readonly { readonly group: Readonly<Record<string, string>>; readonly state: string; readonly why: string }[];
}

/** `service="cart" severity!="info"` as Alertmanager writes it. */
export function matcherText({ name, value, isRegex, isEqual }: Silence['matchers'][number]): string {
  return `${name}${isEqual ? '=' : '!'}${isRegex ? '~' : isEqual ? '' : '='}${JSON.stringify(value)}`;
}
