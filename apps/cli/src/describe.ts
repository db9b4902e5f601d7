import type { Command, Option } from './command.js';
import { EXIT_MEANINGS } from './exit.js';
import { optionRows, usageOf } from './help.js';
import { COMMANDS, EVERYWHERE } from './table.js';

const INTRODUCTION = `# The command line

\`logweir\` asks the REST API from a terminal. In a checkout it is \`npx logweir\`, or \`npm link\` makes it a command everywhere. Written by \`npm run docs\`
from \`apps/cli/src/table.ts\`; \`logweir <command> --help\` says the same.

\`\`\`sh
export LOGWEIR_URL=https://logs.example.org LOGWEIR_KEY_FILE=~/.config/logweir-key
logweir search 'level:error and service:cart' --from now-1h
logweir logs web-1 --since 10m -t
make 2>&1 | logweir send --service build
source <(logweir completion bash)
\`\`\`

Colours follow the level, on a terminal only and not where \`NO_COLOR\` is set; in \`search\` what a terminal would obey is replaced, \`logs\` gives the container's own bytes, as
docker logs does. What was asked for goes to stdout, everything else to stderr.
`;

const DOCKER = `## logs and docker logs

\`logweir logs\` takes a name, a full id or the beginning of an id (four characters or more), and the times of docker logs. Containers that were removed are still
there, as long as their records are kept; a name stands for every container that had it, one behind the other. Over REST it is the same text:

\`\`\`sh
curl -G http://127.0.0.1:4280/api/v1/containers/web-1/logs -d since=10m -d tail=100 -d timestamps=1 -d stream=stderr
curl -N http://127.0.0.1:4280/api/v1/containers/web-1/logs?follow=1
\`\`\`

There a time without a zone is UTC, and on the command line one of your own clock. What differs from docker logs:

- stdout and stderr come in one text, in order; \`--stream\` picks one.
- Lines that became one record (a stack trace, Docker's 16 KiB parts) are there as they were, with their line breaks, but with \`-t\` the lines of a trace share the time of its first, and a long line has one time
  where Docker puts one before each of its parts.
- Where a line told its own time, that is its time, and the order. The time is as exact as the driver sends it: whole seconds without \`fluentd-sub-second-precision\`.
- Of a line that was JSON the record keeps message and fields, not the text: it is shown as its message.
- What was masked or dropped on the way in (\`docs/privacy.md\`) is masked or not there. A message is cut at 1 MiB, and the \`\\r\` that a terminal adds is taken off.
- \`-f\` goes on until it is ended, also when the container has stopped. It breaks off (exit code 5) where lines would be missing: the hub ends, or the reader is too slow.
- \`--tail\` counts the lines that \`--since\` and \`--until\` leave; Docker counts before \`--until\`.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

function table(head: readonly [string, string], rows: readonly (readonly [string, string])[]): string {
  return [`| ${head.join(' | ')} |`, '| --- | --- |', ...rows.map(([left, right]) => `| ${cell(left)} | ${cell(right)} |`)].join('\n');
}

const optionTable = (options: readonly Option[]): string =>
  table(
    ['option', ''],
    optionRows(options).map(([left, right]) => [`\`${left.trim()}\``, right]),
  );

function section(command: Command): string {
  const { name, summary, options, examples } = command;
  const code = `\`\`\`sh\n${usageOf(command)}\n\n${examples.join('\n')}\n\`\`\``;
  return [`## ${name}`, `${summary}.`, code, ...(options.length > 0 ? [optionTable(options)] : [])].join('\n\n');
}

/** The text of docs/cli.md. */
export function describeCli(): string {
  const codes = table(
    ['exit code', ''],
    EXIT_MEANINGS.map(([code, meaning]) => [String(code), meaning]),
  );
  const everywhere = `Every command has these:\n\n${optionTable(EVERYWHERE)}`;
  return `${[INTRODUCTION.trimEnd(), everywhere, codes, ...COMMANDS.map(section), DOCKER.trimEnd()].join('\n\n')}\n`;
}
