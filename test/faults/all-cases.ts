import { CASES_OF_THE_NODE, CASES_OF_NAMES } from './cases-of-the-node.js';
import { CASES_OF_THE_SERVER } from './cases-of-the-server.js';
import { CASES_ON_THE_WAY } from './cases-on-the-way.js';
import type { FaultCase } from './fault-case.js';

const isRoot = process.getuid?.() === 0;

export const ALL_CASES: readonly FaultCase[] = [
  ...CASES_ON_THE_WAY,
  ...CASES_OF_THE_SERVER,
  ...CASES_OF_THE_NODE,
  ...(isRoot ? CASES_OF_NAMES : []),
];
