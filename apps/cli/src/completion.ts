import type { Command, Option } from './command.js';

export const SHELLS = ['bash', 'zsh'];

/** Names of commands, then of their options and fixed values; undefined for a shell that is not known. */
export function completionScript(shell: string, commands: readonly Command[], everywhere: readonly Option[]): string | undefined {
  if (shell === 'bash') return bash(commands, everywhere);
  if (shell === 'zsh') return zsh(commands, everywhere);
  return undefined;
}

const flagsOf = ({ name, short }: Option): string[] => [...(short === undefined ? [] : [`-${short}`]), `--${name}`];

function bash(commands: readonly Command[], everywhere: readonly Option[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const cases = commands.map(({ name, options }) => `    ${name}) words='${[...options, ...everywhere].flatMap(flagsOf).join(' ')}' ;;`);
  const chosen = commands
    .flatMap(({ options }) => options)
    .filter((option) => option.choices !== undefined)
    .map((option) => `    ${flagsOf(option).join('|')}) words='${option.choices?.join(' ')}'; values=1 ;;`);
  return `# source <(logweir completion bash)
_logweir() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} words='' values=''
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${names} help' -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    help) words='${names}' ;;
  esac
  case $previous in
${chosen.join('\n')}
  esac
  if [[ $current == -* || -n $values || \${COMP_WORDS[1]} == help ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _logweir logweir
`;
}

/** In single quotes, where zsh gives brackets and colons a meaning of their own. */
const quoted = (text: string): string => text.replaceAll("'", '’').replace(/[[\]:]/g, '\\$&');

function zsh(commands: readonly Command[], everywhere: readonly Option[]): string {
  const listed = commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`).join('\n');
  const cases = commands.map(({ name, options }) => {
    const specs = [...options, ...everywhere].flatMap(zshSpecs).map((spec) => ` '${spec}'`);
    return `    ${name}) _arguments${specs.join('')} '*:operand:_files' ;;`;
  });
  return `#compdef logweir
_logweir() {
  local -a commands
  commands=(
${listed}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=\${words[2]}
  shift words
  ((CURRENT--))
  case $command in
${cases.join('\n')}
  esac
}
compdef _logweir logweir
`;
}

function zshSpecs(option: Option): string[] {
  const { value, choices, help, repeats } = option;
  const argument = value === undefined ? '' : `:${quoted(value.slice(1, -1))}:${choices === undefined ? '' : `(${choices.join(' ')})`}`;
  return flagsOf(option).map((flag) => `${repeats ? '*' : ''}${flag}[${quoted(help)}]${argument}`);
}
