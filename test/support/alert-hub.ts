import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHub } from '#apps/hub/src/hub';
import { loadSettings } from '#libs/config';
import { call, type Answer } from './api-fixture.js';
import { eventually } from './eventually.js';

/** The embedded queues are made from nothing when the program is not built, which takes a busy machine long. */
const OWNER_TIMEOUT_MS = 60_000;

export interface AlertHub {
  readonly folder: string;
  readonly api: { readonly port: number };
  /** Of its REST API. */
  readonly url: string;
  readonly log: readonly string[];
  /** JSON lines to its door for them. */
  send(...lines: readonly object[]): Promise<void>;
  /** With a JSON body when there is one. */
  ask<Body>(method: string, path: string, body?: unknown): Promise<Answer<Body>>;
  close(): Promise<void>;
}

export interface AlertHubOptions {
  /** Texts of config/rules/a.yml and config/routes.yml. */
  readonly rules?: string;
  readonly routes?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The hub in this process, on free ports, with its data and files in a folder of its own; with rules it looks after them. */
export async function startAlertHub({ rules, routes, env: more = {} }: AlertHubOptions): Promise<AlertHub> {
  const folder = mkdtempSync(join(tmpdir(), 'logweir-alerts-'));
  mkdirSync(join(folder, 'rules'));
  if (rules !== undefined) writeFileSync(join(folder, 'rules', 'a.yml'), rules);
  if (routes !== undefined) writeFileSync(join(folder, 'routes.yml'), routes);
  const log: string[] = [];
  const env = {
    LOGWEIR_DATA_DIR: join(folder, 'data'),
    LOGWEIR_FORWARD_PORT: '0',
    LOGWEIR_JSON_PORT: '0',
    LOGWEIR_INTAKE_PORTS: '0',
    LOGWEIR_API_PORT: '0',
    LOGWEIR_ALERTS_RULES: join(folder, 'rules'),
    LOGWEIR_ALERTS_ROUTING: join(folder, 'routes.yml'),
    ...more,
  };
  const settings = loadSettings({ env, readFile: () => undefined });
  const hub = await startHub({ settings, write: (line) => log.push(line), now: Date.now, env });
  if (rules !== undefined) await eventually(() => expect(log.join('')).toContain('looking after alerts'), OWNER_TIMEOUT_MS);
  const url = hub.addresses['api'] ?? '';
  const api = { port: Number(new URL(url).port) };
  return {
    folder,
    api,
    url,
    log,
    send: (...lines) => send(hub.addresses['json'] ?? '', lines),
    ask: (method, path, body) =>
      call(api, path, {
        method,
        headers: { host: `127.0.0.1:${api.port}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    close: async () => {
      await hub.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function send(address: string, lines: readonly object[]): Promise<void> {
  const { port } = new URL(address.replace('tcp:', 'http:'));
  const socket = connect(Number(port), '127.0.0.1');
  socket.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await new Promise((resolve) => socket.once('close', resolve));
}
