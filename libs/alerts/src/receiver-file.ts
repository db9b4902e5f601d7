/**
 * `receivers` of the routes file: a name, and one block per kind of endpoint. Blocks stay as they are written: libs/notify
 * checks them and puts their secrets in place, so that a missing secret costs one receiver and not the routes.
 */
import type { ReceiverConfig } from './routing.js';
import type { Field } from './yaml-reader.js';

export const RECEIVER_KINDS = ['webhook', 'slack', 'discord', 'teams', 'pagerduty', 'email', 'alertmanager'] as const;
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/;

export function readReceiver(field: Field): ReceiverConfig | undefined {
  const fields = field.asMap(['name', 'sendResolved', ...RECEIVER_KINDS]);
  const name = fields.get('name')?.asText() ?? '';
  if (!NAME.test(name)) return field.refuse(`"${name}" is not a receiver's name`, 'letters, digits, _ . - (at most 128)');
  const settings: Record<string, unknown> = {};
  for (const kind of RECEIVER_KINDS) {
    const block = fields.get(kind);
    if (block !== undefined) settings[kind] = block.plain;
  }
  return { name, sendResolved: fields.get('sendResolved')?.asBoolean() ?? true, settings };
}
