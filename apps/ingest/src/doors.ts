import type { Settings } from '#libs/config';
import { TlsFiles, type TlsSettings } from '#libs/http';
import { FieldCache } from '#libs/protocols/forward';
import type { Access } from '#libs/service';
import type { Logger, Metrics } from '#libs/telemetry';
import type { Pipeline } from './pipeline.js';
import { ForwardSource } from './sources/forward/forward.source.js';
import { IntakeSource } from './sources/intake/intake.source.js';
import { JsonSource } from './sources/json/json.source.js';
import type { Source } from './sources/source.js';

export interface DoorParts {
  readonly settings: Settings;
  readonly access: Access;
  readonly pipeline: Pipeline;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly nodeName: string;
  /** The process is about to end. */
  readonly isDraining: () => boolean;
  readonly now: () => number;
}

/** Every door that is not switched off. */
export function openableDoors(parts: DoorParts): Source[] {
  const cache = new FieldCache();
  return [forwardDoor(parts, cache), securedDoor(parts, cache), jsonDoor(parts), intakeDoor(parts)].filter((door) => door !== undefined);
}

type Door = 'forward' | 'json' | 'http';

/** What every door reports, under its own label. */
function counting({ metrics, logger }: DoorParts, source: Door) {
  return {
    onBytes: (bytes: number) => metrics.sourceBytes.inc({ source }, bytes),
    onOddity: (reason: string) => metrics.sourceOddities.inc({ source, reason }),
    onConnections: (open: number) => metrics.connections.set({ source }, open),
    onHeld: () => metrics.sourceHeld.inc({ source }),
    onPaused: () => metrics.limitsPaused.inc({ source }),
    onRefused: (reason: string, message = '', peer = '') => {
      metrics.sourceRefused.inc({ source, reason });
      if (message !== '') logger.warn('connection closed', { source, reason, detail: message, peer });
    },
  };
}

function forwardDoor(parts: DoorParts, cache: FieldCache): Source | undefined {
  const { host, port, maxFrame, maxInflated, maxConnections } = parts.settings.forward;
  if (port === 'off') return undefined;
  const limits = { maxFrameBytes: maxFrame, maxInflatedBytes: maxInflated, maxConnections };
  const { pipeline, now } = parts;
  return new ForwardSource({
    name: 'forward',
    setting: 'LOGWEIR_FORWARD_PORT',
    host,
    port,
    ...limits,
    limits: parts.access.limits,
    cache,
    pipeline,
    now,
    ...counting(parts, 'forward'),
  });
}

function securedDoor(parts: DoorParts, cache: FieldCache): Source | undefined {
  const { forward, forwardSecure } = parts.settings;
  const { host, port, sharedKey, users, hostname } = forwardSecure;
  if (port === 'off') return undefined;
  const tls = tlsOf(parts, 'FORWARD_SECURE', forwardSecure);
  const names = users.map((user): [string, string] => [user.slice(0, user.indexOf(':')), user.slice(user.indexOf(':') + 1)]);
  const security = { sharedKey, users: new Map(names), hostname: hostname || `logweir-${parts.nodeName}` };
  return new ForwardSource({
    name: 'forward-secure',
    setting: 'LOGWEIR_FORWARD_SECURE_PORT',
    host,
    port,
    maxFrameBytes: forward.maxFrame,
    maxInflatedBytes: forward.maxInflated,
    maxConnections: forward.maxConnections,
    limits: parts.access.limits,
    cache,
    pipeline: parts.pipeline,
    now: parts.now,
    ...counting(parts, 'forward'),
    ...(tls ? { tls } : {}),
    ...(sharedKey === '' ? {} : { security }),
  });
}

function tlsOf({ logger: log }: DoorParts, section: string, settings: TlsSettings): TlsFiles | undefined {
  return TlsFiles.open(settings, { prefix: `LOGWEIR_${section}`, log });
}

function jsonDoor(parts: DoorParts): Source | undefined {
  const { host, port, maxLine: maxLineBytes, maxConnections } = parts.settings.json;
  if (port === 'off') return undefined;
  const { pipeline, now, access } = parts;
  const tls = tlsOf(parts, 'JSON', parts.settings.json);
  const optional = tls ? { tls } : {};
  const { limits } = access;
  return new JsonSource({ host, port, maxLineBytes, maxConnections, pipeline, now, limits, ...optional, ...counting(parts, 'json') });
}

function intakeDoor(parts: DoorParts): Source | undefined {
  const { host, ports, maxBody, requestTimeout } = parts.settings.intake;
  if (ports.length === 0) return undefined;
  return new IntakeSource({
    host,
    ports,
    maxBodyBytes: maxBody,
    requestTimeoutMs: requestTimeout,
    pipeline: parts.pipeline,
    doorkeeper: parts.access.doorkeeper(host),
    tls: () => tlsOf(parts, 'INTAKE', parts.settings.intake),
    isDraining: parts.isDraining,
    ...counting(parts, 'http'),
  });
}
