import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { FieldsAnswer, FieldValuesAnswer, Question } from '../api/answers.js';
import { ask } from '../api/client.js';
import { figure } from '../messages/messages.js';
import { quoted, typingAt } from './query-tokens.js';

const MOST_FIELDS = 100;
const MOST_VALUES = 20;

/** Fields and values that the records of these times really have, the most frequent first. */
export function completionsOf(question: () => Question) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const typing = typingAt(context.state.doc.toString(), context.pos);
    if (typing === undefined) return null;
    const { from, to } = question();
    const asked = { from, to, prefix: typing.prefix };
    return offered(context, typing.from, (signal) =>
      typing.field === undefined ? fields(asked, signal) : values(typing.field, asked, signal),
    );
  };
}

/** Names of fields whose values can be counted; one that is chosen is told, not written. */
export function fieldNamesOf(question: () => Question, onPick: (name: string) => void) {
  return (context: CompletionContext): Promise<CompletionResult | null> => {
    const { from, to } = question();
    const asked = { from, to, prefix: context.state.doc.toString().trim() };
    return offered(context, 0, async (signal) => {
      const { fields: found } = await askFields(asked, signal);
      const counted = found.filter(({ type }) => type !== 'text' && type !== 'date');
      return counted.map(({ name, type }) => ({ label: name, detail: type, apply: () => onPick(name) }));
    });
  };
}

async function offered(
  context: CompletionContext,
  from: number,
  find: (signal: AbortSignal) => Promise<Completion[]>,
): Promise<CompletionResult | null> {
  const aborting = new AbortController();
  context.addEventListener('abort', () => aborting.abort());
  const options = await find(aborting.signal).catch(() => []);
  // What the server chose by the prefix is right also where names are compared in another way here.
  return options.length === 0 ? null : { from, options, filter: false };
}

interface Asked {
  readonly from: string;
  readonly to: string;
  readonly prefix: string;
}

function askFields(asked: Asked, signal: AbortSignal): Promise<FieldsAnswer> {
  return ask<FieldsAnswer>('fields', { ...asked, limit: MOST_FIELDS }, signal);
}

async function fields(asked: Asked, signal: AbortSignal): Promise<Completion[]> {
  const found = await askFields(asked, signal);
  return found.fields.map(({ name, type }) => ({ label: name, apply: `${name}:`, detail: type }));
}

async function values(field: string, asked: Asked, signal: AbortSignal): Promise<Completion[]> {
  const path = `fields/${encodeURIComponent(field)}/values`;
  const found = await ask<FieldValuesAnswer>(path, { ...asked, limit: MOST_VALUES }, signal);
  return found.values.map(({ value, count }) => ({ label: String(value), apply: quoted(String(value)), detail: figure(count) }));
}
