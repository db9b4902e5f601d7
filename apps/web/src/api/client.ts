import { currentKey } from './key.js';

/** Longer questions go as a JSON body: Node reads 16 KiB of a request's head, and proxies often less. */
const LONGEST_ADDRESS = 6_000;

export type Parameters = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** One of several things that are wrong in what was sent. */
export interface Problem {
  /** `count.over`; empty when it is about the whole. */
  readonly field: string;
  readonly message: string;
  /** Offset in the text of the field, in characters. */
  readonly position?: number;
}

interface Details {
  readonly hint?: string;
  readonly position?: number;
  readonly problems?: readonly Problem[];
}

/** An error answer of the API, or no answer at all (`status` 0). */
export class Failure extends Error {
  override readonly name = 'Failure';
  /** What to do. */
  readonly hint: string | undefined;
  /** Offset in `q`, in characters. */
  readonly position: number | undefined;
  readonly problems: readonly Problem[];

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    details: Details = {},
  ) {
    super(message);
    this.hint = details.hint;
    this.position = details.position;
    this.problems = details.problems ?? [];
  }
}

/** A GET, or its POST twin where the address would be too long. Throws `Failure`, or the signal's reason. */
export async function ask<Answer>(path: string, parameters: Parameters, signal?: AbortSignal): Promise<Answer> {
  const query = addressOf(path, parameters);
  const response =
    query.length > LONGEST_ADDRESS
      ? await send(path, { method: 'POST', body: given(parameters), ...(signal && { signal }) })
      : await send(query, { ...(signal && { signal }) });
  return (await response.json()) as Answer;
}

/** Asks for a change. Throws `Failure`. */
export async function change(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown = {}): Promise<void> {
  await send(path, { method, body });
}

/** Whether the API knows a key; throws `Failure` when it cannot say. */
export async function isKnownKey(key: string): Promise<boolean> {
  try {
    await send('status', { key });
    return true;
  } catch (error) {
    if (error instanceof Failure && error.status === 401) return false;
    throw error;
  }
}

interface Sending {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly accept?: string;
  /** In place of the one that is kept. */
  readonly key?: string | undefined;
}

/** The answer, not read yet. Addresses are relative to the page's. Throws `Failure` when it is not a success. */
export async function send(
  address: string,
  { method = 'GET', body, signal, accept = 'application/json', key = currentKey() }: Sending,
): Promise<Response> {
  const response = await fetch(`api/v1/${address}`, {
    method,
    headers: {
      accept,
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new Failure(0, 'unreachable', error instanceof Error ? error.message : 'no answer');
  });
  if (!response.ok) throw await failureOf(response);
  return response;
}

export function addressOf(path: string, parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === '') continue;
    if (Array.isArray(value)) value.forEach((one: string) => query.append(name, one));
    else query.append(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

function given(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
}

async function failureOf(response: Response): Promise<Failure> {
  const { error } = (await response.json().catch(() => ({}))) as {
    error?: Details & { code: string; message: string };
  };
  return new Failure(response.status, error?.code ?? 'unknown', error?.message ?? response.statusText, error);
}
