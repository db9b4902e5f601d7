import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import type { Logger } from '#libs/telemetry';

/** Certificates are renewed days before they expire. */
const LOOK_MS = 5_000;

export interface TlsSettings {
  /** Paths of PEM files; empty: none. */
  readonly tlsCert: string;
  readonly tlsKey: string;
  readonly tlsCa: string;
}

export interface TlsFilesOptions {
  /** What the settings begin with: `LOGWEIR_API`. */
  readonly prefix: string;
  readonly log: Logger;
  /** 5 s. */
  readonly lookMs?: number;
}

/** What TLS servers can do about a new certificate; connections that are open keep theirs. */
interface SecuredServer {
  setSecureContext?(options: SecureContextOptions): void;
  once(event: 'close', listener: () => void): unknown;
}

/** The certificates of one listener. Servers that follow it use new ones when the files change, and lose no connection for it. */
export class TlsFiles {
  private context: SecureContextOptions;
  private seen: string;
  private readonly mutual: TlsOptions;

  /** undefined without a certificate; throws an error that names the setting of a file that cannot be used. */
  static open(settings: TlsSettings, options: TlsFilesOptions): TlsFiles | undefined {
    return settings.tlsCert === '' ? undefined : new TlsFiles(settings, options);
  }

  private constructor(
    private readonly files: TlsSettings,
    private readonly settings: TlsFilesOptions,
  ) {
    this.seen = this.signature();
    this.context = this.read();
    this.mutual = files.tlsCa === '' ? {} : { requestCert: true, rejectUnauthorized: true };
  }

  get options(): TlsOptions {
    return { ...this.context, ...this.mutual };
  }

  follow(server: SecuredServer): void {
    const looking = setInterval(() => {
      if (this.isChanged()) server.setSecureContext?.(this.context);
    }, this.settings.lookMs ?? LOOK_MS);
    looking.unref();
    server.once('close', () => clearInterval(looking));
  }

  /** Each listener has files and a server of its own. */
  private isChanged(): boolean {
    const found = this.signature();
    if (found === this.seen) return false;
    const { log, prefix } = this.settings;
    try {
      this.context = this.read();
      this.seen = found;
      log.info('new certificates are in use', { setting: `${prefix}_TLS_CERT` });
      return true;
    } catch (error) {
      // Of a pair that is being replaced one is new and one old: the old pair stays, and is tried again until both fit.
      log.warn('new certificates cannot be used yet', { reason: (error as Error).message });
      return false;
    }
  }

  private read(): SecureContextOptions {
    const { tlsCert, tlsKey, tlsCa } = this.files;
    const { prefix } = this.settings;
    const context = {
      cert: readPem(`${prefix}_TLS_CERT`, tlsCert),
      key: readPem(`${prefix}_TLS_KEY`, tlsKey),
      ...(tlsCa === '' ? {} : { ca: readPem(`${prefix}_TLS_CA`, tlsCa) }),
      minVersion: 'TLSv1.2',
    } as const;
    try {
      createSecureContext(context);
    } catch (error) {
      throw new Error(`${prefix}_TLS_CERT: ${tlsCert} and ${tlsKey} cannot be used together: ${(error as Error).message}`, {
        cause: error,
      });
    }
    return context;
  }

  private signature(): string {
    const { tlsCert, tlsKey, tlsCa } = this.files;
    return [tlsCert, tlsKey, tlsCa].map(signatureOf).join(' ');
  }
}

function readPem(setting: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${setting}: ${(error as Error).message}`, { cause: error });
  }
}

function signatureOf(file: string): string {
  const found = file === '' ? undefined : statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? '-' : `${found.ino}:${found.mtimeNs}:${found.size}`;
}
