/**
 * For tests that kill: appends to the checkpoint in the folder named first, four at a time, and prints each number once its
 * append is durable. Each sets 20 keys to its number and adds one of its own, which the next but 40 removes.
 */
import { FileDocuments } from './file-documents.js';

const [, , dir = '', start = '0'] = process.argv;
const report = (event: string): boolean => process.stdout.write(`report ${event}\n`);
const documents = await FileDocuments.open({ dir, report, compactFloorBytes: 40_000 });
const checkpoint = documents.checkpoint('alerts');
const KEEP = 40;

function changesOf(number: number): Map<string, string | null> {
  const text = `${number} ${'x'.repeat(number % 300)}`;
  const changes = new Map<string, string | null>(Array.from({ length: 20 }, (_, key) => [`lane-${number % 4}/${key}`, text]));
  return changes.set(`own/${number}`, text).set(`own/${number - KEEP}`, null);
}

async function append(number: number): Promise<void> {
  try {
    await checkpoint.append(1, changesOf(number));
    process.stdout.write(`ack ${number}\n`);
  } catch (error) {
    process.stdout.write(`nack ${number} ${error instanceof Error ? error.message : String(error)}\n`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

for (let number = Number(start); ; number += 4) {
  await documents.put('rules', `r${number % 8}`, { number, text: 'y'.repeat(number % 500) });
  process.stdout.write(`put ${number}\n`);
  await Promise.all([0, 1, 2, 3].map((lane) => append(number + lane)));
}
