/** The addresses that a process listens at, and what guards each. */
import type { Listener } from '#libs/access';
import type { Settings } from '#libs/config';
import type { Access } from './access.js';

const MAKE_A_KEY = 'HTTP: make a key with `npm run key -- create`';

/** The API, or health and metrics in its place. */
export function apiListener({ api }: Settings, access: Access): Listener {
  return { setting: 'LOGWEIR_API_HOST', host: api.host, guarded: access.guardsHttp, remedy: MAKE_A_KEY };
}

/** Every door that is not shut. */
export function doorListeners({ forward, forwardSecure, json, intake }: Settings, access: Access): Listener[] {
  const listeners: Listener[] = [];
  if (forward.port !== 'off') {
    const remedy = 'forward: LOGWEIR_FORWARD_PORT=off, and LOGWEIR_FORWARD_SECURE_PORT with _SHARED_KEY or _TLS_CA';
    listeners.push({ setting: 'LOGWEIR_FORWARD_HOST', host: forward.host, guarded: false, remedy });
  }
  if (forwardSecure.port !== 'off') {
    const guarded = forwardSecure.sharedKey !== '' || forwardSecure.tlsCa !== '';
    const remedy = 'secured forward: LOGWEIR_FORWARD_SECURE_SHARED_KEY or _TLS_CA';
    listeners.push({ setting: 'LOGWEIR_FORWARD_SECURE_HOST', host: forwardSecure.host, guarded, remedy });
  }
  if (json.port !== 'off') {
    const remedy = 'JSON lines: client certificates with LOGWEIR_JSON_TLS_CA, or LOGWEIR_JSON_PORT=off';
    listeners.push({ setting: 'LOGWEIR_JSON_HOST', host: json.host, guarded: json.tlsCa !== '', remedy });
  }
  if (intake.ports.length > 0) {
    listeners.push({ setting: 'LOGWEIR_INTAKE_HOST', host: intake.host, guarded: access.guardsHttp, remedy: MAKE_A_KEY });
  }
  return listeners;
}
