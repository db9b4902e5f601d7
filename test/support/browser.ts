import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

/** The first of them in the PATH. */
function find(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs the suite where Chromium is in the PATH; without it skips with a line, or fails where `LOGWEIR_REQUIRE_SERVERS=1`. */
export function describeWithChromium(name: string, suite: () => void): void {
  if (find() !== undefined) {
    describe(name, suite);
    return;
  }
  const missing = 'needs Chromium in the PATH (Debian: apt-get install chromium)';
  if (process.env['LOGWEIR_REQUIRE_SERVERS'] === '1') {
    it(`${name} needs a browser`, () => {
      throw new Error(missing);
    });
    return;
  }
  process.stderr.write(`skipped: ${name}: ${missing}\n`);
  describe.skip(name, suite);
}

/** A browser of the test's own, without a window. Chromium's sandbox refuses to run for root. */
export function startBrowser(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: find() ?? 'chromium', args });
}
