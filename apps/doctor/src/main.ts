/**
 * `npm run doctor [-- --json]`: of every part whether it can be reached, is well and rightly set, and what to do. Reads only.
 * Exit code: 0 nothing is broken, 1 something is, 2 the settings cannot be read.
 */
import { ConfigError, loadSettings, type Settings } from '#libs/config';
import { readOptional } from '#libs/disk';
import { examine } from './doctor.js';
import { exitCodeOf, formatReport } from './report.js';

const settings = settingsOrExit();
const findings = await examine({ settings, env: process.env, now: Date.now, nodeVersion: process.version });
process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(findings, null, 2)}\n` : formatReport(findings));
process.exit(exitCodeOf(findings));

function settingsOrExit(): Settings {
  try {
    return loadSettings({ env: process.env, readFile: readOptional });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(2);
  }
}
