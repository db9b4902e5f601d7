/**
 * For tests that kill: appends numbered chunks to the journal in the folder named first, and prints each number once it
 * is acknowledged. With a second argument it reads and commits as a drain does, and prints what it handed on.
 */
import { chunkHash } from './chunk-hash.js';
import { Journal } from './journal.js';

const [, , dir = '', start = '0'] = process.argv;

const journal = await Journal.open({
  dir,
  node: 'child',
  segmentBytes: 200_000,
  headBytes: 50_000,
  freeFloorBytes: 0,
  now: () => performance.now(),
  wallNs: () => BigInt(Date.now()) * 1_000_000n,
  compose: (parts) => `},"message":"${parts.join('+')}"}`,
  report: (event, details) => process.stdout.write(`report ${event} ${JSON.stringify(details)}\n`),
});

async function append(number: number): Promise<void> {
  const chunk = chunkHash(`chunk-${number}`, 'x');
  const lines = [`},"message":"${number}-a"}`, `},"message":"${number}-${'b'.repeat(number % 900)}"}`];
  try {
    await journal.append({ lines, chunk, urgent: true });
    process.stdout.write(`ack ${number}\n`);
  } catch (error) {
    process.stdout.write(`nack ${number} ${error instanceof Error ? error.message : String(error)}\n`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

process.stdout.write('ready\n');
for (let number = Number(start); ; number += 4) await Promise.all([0, 1, 2, 3].map((more) => append(number + more)));
