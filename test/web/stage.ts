import net from 'node:net';
import { once } from 'node:events';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { encodeMessagePack, EventTime } from '#libs/protocols/forward';
import { startBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { type Hub, hostPort, startHub } from '../support/hub.js';

/** One record as a sender has it; `at` is its time, epoch milliseconds, now unless given. */
export type Sent = { readonly at?: number; readonly [name: string]: string | number | undefined };

/** A hub with its own store, a browser, and pages in it that may do nothing wrong. */
export class Stage {
  private readonly wrongs: string[] = [];
  private sent = 0;

  private constructor(
    private running: Hub,
    readonly browser: Browser,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async open(env: Readonly<Record<string, string>> = {}): Promise<Stage> {
    const [hub, browser] = await Promise.all([startHub({ env }), startBrowser()]);
    return new Stage(hub, browser, env);
  }

  get hub(): Hub {
    return this.running;
  }

  get url(): string {
    return this.hub.addresses['api'] ?? '';
  }

  /** Sends records through the forward door; resolves when all of them can be found. */
  async send(records: readonly Sent[], tag = 'shop'): Promise<void> {
    const { host, port } = hostPort(this.hub.addresses['forward']);
    const socket = net.connect(port, host);
    const entries = records.map(({ at = Date.now(), ...record }) => [
      new EventTime(Math.floor(at / 1_000), Math.round((at % 1_000) * 1e6)),
      record,
    ]);
    for (let from = 0; from < entries.length; from += 2_000) {
      socket.write(encodeMessagePack([tag, entries.slice(from, from + 2_000), { chunk: `${tag}-${this.sent}-${from}` }]));
      await once(socket, 'data');
    }
    socket.destroy();
    this.sent += records.length;
    await eventually(
      async () => {
        const found = await this.total();
        if (found !== this.sent) throw new Error(`${found} of ${this.sent} records are found`);
      },
      60_000,
      100,
    );
  }

  /** How many records are found in all of time that tests use. */
  async total(): Promise<number> {
    const response = await fetch(`${this.url}/api/v1/logs?from=now-30d&to=now%2B1h&limit=1`);
    const { total } = (await response.json()) as { total: { value: number } };
    return total.value;
  }

  /** A page in a context of its own, with everything noted that it must not do. */
  async page(path = '/', options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    // Before the test's own time is over: Playwright says what it waited for.
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => this.wrongs.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && this.wrongs.push(message.text()));
    page.on('request', (request) => !request.url().startsWith(this.url) && this.wrongs.push(`asked ${request.url()}`));
    page.on('dialog', (dialog) => this.wrongs.push(`dialog ${dialog.message()}`));
    await page.goto(this.url + path);
    return page;
  }

  /** Errors, refusals of the policy and requests elsewhere since the last time; none is what there should be. */
  takeWrongs(): string[] {
    return this.wrongs.splice(0);
  }

  /** Throws when a page did what it must not. */
  check(): void {
    const wrongs = this.takeWrongs();
    if (wrongs.length > 0) throw new Error(`the page did what it must not:\n${wrongs.join('\n')}`);
  }

  /** For the README: docs/images/<name>.png, where LOGWEIR_SCREENSHOTS is set. */
  async picture(page: Page, name: string): Promise<void> {
    if (process.env['LOGWEIR_SCREENSHOTS'] === undefined) return;
    await page.screenshot({ path: `docs/images/${name}.png` });
  }

  /** Another hub in the place of this one, which ends as is said: with the same data, on the same ports. */
  async restart(end: 'stop' | 'kill'): Promise<void> {
    const { dataDir, addresses } = this.hub;
    const ports = {
      LOGWEIR_FORWARD_PORT: String(hostPort(addresses['forward']).port),
      LOGWEIR_API_PORT: new URL(this.url).port,
    };
    await this.hub[end]();
    this.running = await startHub({ dataDir, env: { ...this.env, ...ports } });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.hub.stop();
  }
}
