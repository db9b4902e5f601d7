import { formatRoutingProblem, parseRouting, type ReceiverConfig } from '#libs/alerts';
import type { Settings } from '#libs/config';
import { readOptional } from '#libs/disk';
import { parseReceiver } from '#libs/notify';
import { formatProblem, parseRules } from '#libs/rules';
import { WatchedFiles } from '#libs/service';
import { findingsOf, type Finding } from './finding.js';

export interface AlertFilesOptions {
  readonly settings: Settings['alerts'];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Rules, routes and receivers as their files say, each mistake with its line. Those made over REST were checked when they were made. */
export async function examineAlertFiles(options: AlertFilesOptions): Promise<Finding[]> {
  return [...(await examineRules(options.settings.rules)), ...(await examineRouting(options))];
}

async function examineRules(folder: string): Promise<Finding[]> {
  const found = findingsOf('rules');
  const files = await read(folder);
  const parsed = files.map(({ path, text }) => parseRules(text, { file: path }));
  const problems = parsed.flatMap((file) => file.problems.map(formatProblem));
  const rules = parsed.reduce((sum, file) => sum + file.rules.length, 0);
  return [
    found.ok(`${rules} in ${files.length} files of ${folder}`),
    ...problems.map((problem) => found.fail(problem, 'mend it: until then this rule stays as it was before, the others go on')),
  ];
}

async function examineRouting({ settings, env }: AlertFilesOptions): Promise<Finding[]> {
  const found = findingsOf('routes');
  const [file] = await read(settings.routing);
  if (file === undefined) return [found.ok(`${settings.routing} is not there: every alert goes to the receivers made over REST`)];
  const { routing, problems } = parseRouting(file.text, { file: file.path });
  if (routing === undefined) {
    return problems.map((problem) => found.fail(formatRoutingProblem(problem), 'mend it: until then the routes stay as they were before'));
  }
  const wrong = routing.receivers.flatMap((receiver) => problemsOf(receiver, env));
  return [
    found.ok(`${routing.receivers.length} receivers in ${file.path}`),
    ...wrong.map((says) => found.fail(says, 'its messages wait until it is mended')),
  ];
}

function problemsOf({ name, sendResolved, settings }: ReceiverConfig, env: AlertFilesOptions['env']): string[] {
  const parsed = parseReceiver(name, { sendResolved, ...settings }, { env, readFile: readOrThrow });
  return 'endpoint' in parsed ? [] : parsed.problems.map(({ path, message }) => `receiver ${name}: ${path} ${message}`);
}

const read = (path: string): ReturnType<WatchedFiles['read']> => new WatchedFiles(path, () => undefined).read();

function readOrThrow(path: string): string {
  const text = readOptional(path);
  if (text === undefined) throw new Error(`there is no file ${path}`);
  return text;
}
