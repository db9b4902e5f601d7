/** From what a rule decided to an alert: labels, rendered annotations, a link. */
import type { Alert, Labels } from './alert.js';
import { fingerprint } from './fingerprint.js';
import { labelName, tidyLabels } from './labels.js';
import { renderTemplate } from './template.js';

/** What is needed of a transition of libs/rules. */
export interface TransitionLike {
  readonly id: string;
  readonly rule: string;
  /** By ECS name. */
  readonly group: Readonly<Record<string, string>>;
  readonly kind: 'occurrence' | 'firing' | 'resolved' | 'no_data';
  readonly atMs: number;
  readonly startsAtMs: number;
  readonly endsAtMs?: number;
  readonly value: number;
  readonly threshold?: number;
  readonly window?: { readonly fromMs: number; readonly toMs: number };
  readonly folded: number;
  readonly samples: readonly unknown[];
  readonly term?: { readonly field: string; readonly value: string; readonly before?: string };
}

/** What is needed of its rule. */
export interface RuleLike {
  readonly severity: string;
  readonly labels: Labels;
  /** Templates. */
  readonly annotations: Labels;
  readonly notify: readonly string[];
}

export interface AlertOfOptions {
  /** A link to the search behind it; empty when there is no page. */
  readonly generatorUrl?: (transition: TransitionLike) => string;
  /** When the first record behind it was accepted, epoch milliseconds. */
  readonly acceptedMs?: number;
}

/** Values come from records and labels from rules: a group's field never hides `alertname`, `severity` or a label of the rule. */
export function labelsOf(
  { rule: name, group }: Pick<TransitionLike, 'rule' | 'group'>,
  rule: Pick<RuleLike, 'severity' | 'labels'>,
): Labels {
  const fields = Object.entries(group).map(([field, value]) => [labelName(field), value]);
  const labels = Object.entries(rule.labels).map(([key, value]) => [labelName(key), value]);
  return tidyLabels({ ...Object.fromEntries(fields), ...Object.fromEntries(labels), severity: rule.severity, alertname: name });
}

export function alertOf(transition: TransitionLike, rule: RuleLike, { generatorUrl, acceptedMs }: AlertOfOptions = {}): Alert {
  const { id, kind, atMs, startsAtMs, endsAtMs, value, threshold, folded, samples } = transition;
  const labels = labelsOf(transition, rule);
  const variables = variablesOf(transition, labels);
  const annotations = Object.entries(rule.annotations).map(([name, text]) => [name, renderTemplate(text, variables)]);
  return {
    labels,
    annotations: Object.fromEntries(annotations),
    startsAtMs,
    ...(kind === 'resolved' ? { endsAtMs: endsAtMs ?? atMs } : {}),
    updatedAtMs: atMs,
    generatorUrl: generatorUrl?.(transition) ?? '',
    fingerprint: fingerprint(labels),
    occurrence: kind === 'occurrence',
    transition: id,
    notify: rule.notify,
    values: { value, ...(threshold === undefined ? {} : { threshold }) },
    samples,
    folded,
    ...(acceptedMs === undefined ? {} : { acceptedMs }),
  };
}

/** `group` has its fields under their ECS name and as labels have them: `{{ group.service_name }}`, `{{ group["service.name"] }}`. */
function variablesOf(transition: TransitionLike, labels: Labels): Readonly<Record<string, unknown>> {
  const { rule, group, kind, value, threshold, window, folded, samples, term, startsAtMs } = transition;
  const named = Object.fromEntries(Object.entries(group).map(([field, text]) => [labelName(field), text]));
  const times = { startsAt: new Date(startsAtMs).toISOString() };
  return {
    rule,
    kind,
    group: { ...named, ...group },
    labels,
    value,
    threshold,
    window: window === undefined ? undefined : window.toMs - window.fromMs,
    folded,
    samples,
    term,
    ...times,
  };
}
