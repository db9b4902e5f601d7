import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWithDocker, docker, importImage } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { openFixture } from '../support/ingest-fixture.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

describeWithDocker('importing the logs of a real container', () => {
  it('brings every line once, while the container writes on and its log is rotated', async () => {
    const image = importImage();
    const folder = mkdtempSync(path.join(tmpdir(), 'logweir-import-'));
    const fixture = await openFixture();
    await docker('rm', '--force', 'lw-import').catch(() => '');
    const options = ['--log-driver=json-file', '--log-opt=max-size=50k', '--log-opt=max-file=50', '--log-opt=compress=true'];
    const script = 'for i in $(seq 1 60); do for j in $(seq 1 50); do echo line $i $j; done; sleep 0.05; done; printf last';
    await docker('run', '--detach', '--name', 'lw-import', '--network=none', ...options, image, '/bin/sh', '-c', script);
    const log = await docker('inspect', '--format', '{{.LogPath}}', 'lw-import');
    const importOnce = async (): Promise<void> => {
      const args = ['--state', path.join(folder, 'state'), '--to', `127.0.0.1:${fixture.port('forward')}`, path.dirname(log)];
      const child = spawn(process.execPath, [path.join(ROOT, 'dist/apps/import/src/main.js'), ...args], { stdio: 'ignore' });
      expect((await once(child, 'exit'))[0]).toBe(0);
    };
    while ((await docker('inspect', '--format', '{{.State.Running}}', 'lw-import')) === 'true') await importOnce();
    await eventually(async () => {
      await importOnce();
      expect(fixture.store.messages).toHaveLength(3_001);
    }, 60_000);
    expect(new Set(fixture.store.messages).size).toBe(3_001);
    expect(fixture.store.messages).toContain('last');
    expect(fixture.store.records[0]?.record).toMatchObject({ container: { name: 'lw-import', image: { name: image } }, stream: 'stdout' });
    await docker('rm', '--force', 'lw-import');
    await fixture.close();
    rmSync(folder, { recursive: true });
  }, 120_000);
});
