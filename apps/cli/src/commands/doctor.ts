import type { Command } from '../command.js';

export const doctor: Command = {
  name: 'doctor',
  summary: 'How every part of the Logweir on this machine is, and what to do (exit codes 0, 1 and 2 of its own)',
  operands: '',
  least: 0,
  most: 0,
  options: [{ name: 'json', help: 'the findings as JSON' }],
  examples: ['logweir doctor'],
  run: ({ given, world }) => world.exec('doctor', given.is('json') ? ['--json'] : []),
};
