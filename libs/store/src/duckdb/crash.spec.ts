import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CONTRACT_NOW_MS, contractSearch } from '../records.contract.js';
import { DuckDbStore } from './duckdb-store.js';

const BATCH = 700;
const RUNS = 4;
const SUPPORT = new URL('../../../../test/support/', import.meta.url);

/** Writes from `start` on and is killed a random moment after `acks` batches; gives the first position not acknowledged. */
async function writeAndKill(folder: string, start: number, acks: number): Promise<number> {
  const args = ['--import', new URL('typescript.mjs', SUPPORT).href, new URL('write-until-killed.ts', SUPPORT).pathname];
  const writer = spawn(process.execPath, [...args, folder, String(start), String(BATCH)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(writer, 'exit');
  let next = start;
  let seen = 0;
  for await (const line of createInterface({ input: writer.stdout })) {
    expect(line).toMatch(/^\d+$/);
    next = Number(line);
    seen += 1;
    if (seen === acks) setTimeout(() => writer.kill('SIGKILL'), Math.random() * 30);
  }
  await exit;
  return next;
}

async function storedPositions(folder: string): Promise<number[]> {
  const store = new DuckDbStore({ folder, now: () => CONTRACT_NOW_MS });
  await store.start();
  const result = await store.search(contractSearch({ limit: 1_000_000 }));
  expect(result.total).toEqual({ value: result.hits.length, exact: true });
  expect((await store.histogram({ ...contractSearch(), intervalMs: 60_000 })).total).toBe(result.hits.length);
  await store.close();
  return result.hits.map((hit) => hit.key.sequence).sort((a, b) => a - b);
}

it('loses no acknowledged record and keeps none twice when it is killed and the batches are written again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'logweir-crash-'));
  let start = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const acknowledged = await writeAndKill(folder, start, 3 + run * 4);
    const stored = await storedPositions(folder);
    const known = new Set(stored);
    expect(known.size).toBe(stored.length);
    const missing = Array.from({ length: acknowledged }, (_, position) => position).filter((position) => !known.has(position));
    expect(missing).toEqual([]);
    start = Math.max(0, acknowledged - 2 * BATCH);
  }
  await rm(folder, { recursive: true });
}, 60_000);
