import { type RunningService, runService, type ServiceHost } from './run-service.js';

function host() {
  const listeners = new Map<string, () => void>();
  const seen = { stdout: '', stderr: '', exits: [] as number[] };
  const fake: ServiceHost = {
    stdout: { write: (text) => (seen.stdout += text) },
    stderr: { write: (text) => (seen.stderr += text) },
    on: (signal, listener) => listeners.set(signal, listener),
    exit: (code) => void seen.exits.push(code),
    uptime: () => 0.42,
  };
  return { fake, seen, signal: (name: 'SIGTERM' | 'SIGINT' = 'SIGTERM') => listeners.get(name)?.() };
}

function service(parts: Partial<RunningService> = {}): RunningService {
  return { addresses: {}, shutdown: { delayMs: 0, timeoutMs: 10 }, drain: () => undefined, close: async () => undefined, ...parts };
}

const never = new Promise<void>(() => undefined);

describe('runService', () => {
  it('prints one line, waits for a signal, closes and exits with 0', async () => {
    const { fake, seen, signal } = host();
    let closed = 0;
    const running = runService(fake, async () => service({ addresses: { api: 'http://127.0.0.1:1' }, close: async () => void closed++ }));
    await Promise.resolve();
    signal();
    await running;
    expect(seen).toEqual({ stdout: 'logweir ready in 0.4 s · api http://127.0.0.1:1\n', stderr: '', exits: [0] });
    expect(closed).toBe(1);
  });

  it.each([
    ['SIGTERM', 'after the delay in which balancers notice'],
    ['SIGINT', 'at once'],
  ] as const)('at %s says that nothing new should come, and closes %s', async (name, _when) => {
    const { fake, signal } = host();
    const began = performance.now();
    const done: string[] = [];
    const shutdown = { delayMs: 300, timeoutMs: 10 };
    const running = runService(fake, async () =>
      service({ shutdown, drain: () => void done.push('drain'), close: async () => void done.push('close') }),
    );
    await Promise.resolve();
    signal(name);
    await running;
    expect(done).toEqual(['drain', 'close']);
    const tookMs = performance.now() - began;
    if (name === 'SIGTERM') expect(tookMs).toBeGreaterThan(290);
    else expect(tookMs).toBeLessThan(290);
  });

  it('closes what has started when the signal came during the start', async () => {
    const { fake, seen, signal } = host();
    await runService(fake, async () => {
      signal();
      return service();
    });
    expect(seen.exits).toEqual([0]);
  });

  it('says in words why it cannot start, and exits with 1', async () => {
    const { fake, seen } = host();
    await runService(fake, () => Promise.reject(new Error('LOGWEIR_API_PORT: taken')));
    expect(seen).toEqual({ stdout: '', stderr: 'LOGWEIR_API_PORT: taken\n', exits: [1] });
  });

  it('shows where a bug is', async () => {
    const { fake, seen } = host();
    await runService(fake, () => Promise.reject(new TypeError('x is not a function')));
    expect(seen.stderr).toMatch(/TypeError: x is not a function\n +at /);
  });

  it('does not wait longer than its deadline for what does not close', async () => {
    const { fake, seen, signal } = host();
    const running = runService(fake, async () => service({ close: () => never }));
    signal();
    await running;
    expect([seen.stderr, seen.exits]).toEqual(['not everything closed within 10 ms; the next start recovers it\n', [1]]);
  });

  it('ends at once at the second signal', async () => {
    const { fake, seen, signal } = host();
    void runService(fake, async () => service({ close: () => never }));
    signal();
    signal();
    expect(seen.exits).toEqual([1]);
  });
});
