import type { Alert, Labels, Notification } from '#libs/alerts';

/** Names with the same value in all; sorted, as Alertmanager writes every set of labels. */
export function inCommon(sets: readonly Labels[]): Record<string, string> {
  const [first = {}, ...others] = sets;
  const names = Object.keys(first).filter((name) => others.every((set) => Object.hasOwn(set, name) && set[name] === first[name]));
  return Object.fromEntries(names.sort().map((name) => [name, first[name] ?? '']));
}

export function sorted(labels: Labels): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Decided by the notification, not by a clock: every try says the same. Occurrences are never resolved. */
export function isResolved(alert: Alert, notification: Notification): boolean {
  if (alert.occurrence) return false;
  if (notification.status === 'resolved') return true;
  return alert.endsAtMs !== undefined && alert.endsAtMs <= notification.createdMs;
}
