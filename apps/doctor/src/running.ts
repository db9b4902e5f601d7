import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Settings } from '#libs/config';
import { findingsOf, type Finding } from './finding.js';

const ANSWER_MS = 5_000;
const found = findingsOf('process');

interface Report {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, { readonly ok: boolean; readonly reason: string }>>;
}

/** The process behind the API's port: what it says of itself, and its doors. Not running: whether its ports are free. */
export async function examineRunning(settings: Settings): Promise<Finding[]> {
  const doors = doorsOf(settings);
  const url = `http://${authority(reachable(settings.api.host), settings.api.port)}`;
  const report = await askReadiness(url);
  if (report === 'silent') {
    const ports = await Promise.all([...doors, { name: 'api', host: settings.api.host, port: settings.api.port }].map(examinePort));
    return [found.warn(`nothing answers at ${url}`, 'start it (npm start); what follows is about its next start'), ...ports.flat()];
  }
  if (report === 'foreign') {
    return [found.fail(`what answers at ${url} is not Logweir`, 'stop it, or set LOGWEIR_API_PORT to a free port')];
  }
  return [...examineParts(url, report), ...(await Promise.all(doors.map(examineDoor)))];
}

async function askReadiness(url: string): Promise<Report | 'silent' | 'foreign'> {
  let answer: Response;
  try {
    answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) });
  } catch {
    return 'silent';
  }
  try {
    const report = (await answer.json()) as Partial<Report>;
    return typeof report.ready === 'boolean' && typeof report.parts === 'object' ? (report as Report) : 'foreign';
  } catch {
    return 'foreign';
  }
}

function examineParts(url: string, { parts }: Report): Finding[] {
  const wrong = Object.entries(parts).filter(([, { ok }]) => !ok);
  if (wrong.length === 0) return [found.ok(`ready at ${url} (${Object.keys(parts).join(', ')})`)];
  return wrong.map(([name, { reason }]) => found.fail(`${name}: ${reason}`, `${url}/readyz tells when it is over`));
}

interface Door {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

function doorsOf({ forward, forwardSecure, json, intake }: Settings): Door[] {
  const doors = [
    { name: 'forward', host: forward.host, port: forward.port },
    { name: 'forward, secured', host: forwardSecure.host, port: forwardSecure.port },
    { name: 'json', host: json.host, port: json.port },
    ...intake.ports.map((port) => ({ name: 'intake', host: intake.host, port })),
  ];
  // 0: one that nobody knows but the start line.
  return doors.flatMap(({ name, host, port }) => (typeof port === 'number' && port > 0 ? [{ name, host, port }] : []));
}

/** Connects and closes, as balancers do: it makes no noise there. */
async function examineDoor({ name, host, port }: Door): Promise<Finding> {
  const at = authority(reachable(host), port);
  const socket = connect({ host: reachable(host), port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(ANSWER_MS) });
    return found.ok(`${name} door open at ${at}`);
  } catch (error) {
    return found.fail(
      `${name} door at ${at} does not answer: ${(error as Error).message}`,
      'look at its log; another address may be set there',
    );
  } finally {
    socket.destroy();
  }
}

/** Tries to take the port, and lets go of it. */
async function examinePort({ name, host, port }: Door): Promise<Finding[]> {
  if (port === 0) return [];
  const setting = name === 'intake' ? 'LOGWEIR_INTAKE_PORTS' : `LOGWEIR_${name.replace(', secured', '_SECURE').toUpperCase()}_PORT`;
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen({ host, port });
    await listening;
    return [];
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const says = code === 'EADDRINUSE' ? 'is taken by another program' : message;
    return [found.fail(`port ${port} of the ${name} door (${host}) ${says}`, `stop what has it, or change ${setting}`)];
  } finally {
    server.close();
  }
}

/** Where a listener on every address is reached from here. */
const reachable = (host: string): string => (host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host);
const authority = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;
