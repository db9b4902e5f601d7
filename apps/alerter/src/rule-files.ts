import { formatProblem, parseRules, type Rule } from '#libs/rules';
import type { Watched } from '#libs/documents';
import { type FoundFile, WatchedFiles } from '#libs/service';
import type { Logger, Metrics } from '#libs/telemetry';

/** While the rules are on a server that is away. */
const AGAIN_MS = 1_000;

export interface RuleFilesOptions {
  /** Folder of `*.yml`. */
  readonly folder: string;
  readonly rules: Watched<Rule>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/**
 * config/rules → the collection of rules, so that every process has the same ones, also those without the folder. A rule
 * with a mistake stays as it was before; one whose file is gone goes.
 */
export class RuleFiles {
  private readonly files: WatchedFiles;
  private syncing: Promise<void> = Promise.resolve();
  private again: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: RuleFilesOptions) {
    this.files = new WatchedFiles(options.folder, () => void this.sync());
  }

  async start(): Promise<void> {
    await this.sync();
    this.files.start();
  }

  close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.again);
    this.files.close();
    return this.syncing;
  }

  private sync(): Promise<void> {
    this.syncing = this.syncing.then(() => this.read()).catch((error: unknown) => this.failed(error));
    return this.syncing;
  }

  private failed(error: unknown): void {
    this.options.log.error('rule files cannot be read', { folder: this.options.folder, reason: (error as Error).message });
    clearTimeout(this.again);
    if (!this.closed) this.again = setTimeout(() => void this.sync(), AGAIN_MS);
  }

  private async read(): Promise<void> {
    const { rules, log, metrics } = this.options;
    if (!rules.isLoaded) await rules.load();
    const { found, broken, problems } = readAll(await this.files.read());
    metrics.alertRuleErrors.set(problems.length);
    for (const problem of problems) log.error('a rule is not right', { problem });
    for (const rule of found.values()) await this.put(rule);
    for (const { name, origin } of rules.all) {
      if (origin.kind === 'file' && !found.has(name) && !broken.has(name)) await rules.remove(name);
    }
  }

  private async put(rule: Rule): Promise<void> {
    const { rules, log } = this.options;
    const existing = rules.get(rule.name);
    if (existing?.origin.kind === 'rest') {
      log.error('a rule is not right', { problem: `rule "${rule.name}" was made over REST: remove it there, or choose another name` });
      return;
    }
    const value = { origin: rule.origin, source: rule.source };
    const same = existing !== undefined && JSON.stringify({ origin: existing.origin, source: existing.source }) === JSON.stringify(value);
    if (!same) await rules.put(rule.name, value);
  }
}

interface Read {
  readonly found: ReadonlyMap<string, Rule>;
  /** Names of rules that have a mistake now: what they were before goes on. */
  readonly broken: ReadonlySet<string>;
  readonly problems: readonly string[];
}

function readAll(files: readonly FoundFile[]): Read {
  const found = new Map<string, Rule>();
  const broken = new Set<string>();
  const problems: string[] = [];
  for (const { path, text } of files) {
    const parsed = parseRules(text, { file: path });
    for (const problem of parsed.problems) {
      problems.push(formatProblem(problem));
      if (problem.rule !== undefined) broken.add(problem.rule);
    }
    for (const rule of parsed.rules) {
      if (found.has(rule.name)) problems.push(`${path}: rule "${rule.name}" is in another file already: choose another name`);
      else found.set(rule.name, rule);
    }
  }
  return { found, broken, problems };
}
