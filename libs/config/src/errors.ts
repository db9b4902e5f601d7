/** All mistakes of a configuration at once, each naming its setting. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'bad_configuration';

  constructor(readonly mistakes: readonly string[]) {
    super(
      `the configuration has ${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'}:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`,
    );
  }
}
