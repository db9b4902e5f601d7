import { coordinationContract } from '../coordination.contract.js';
import { openCoordination, type CoordinationOptions } from '../open.js';
import { silent } from '../silent.fixture.js';

const open = (options: CoordinationOptions): ReturnType<typeof openCoordination> =>
  openCoordination(options, { log: silent, now: Date.now });
const url = process.env['LOGWEIR_TEST_POSTGRES_URL'];

if (url !== undefined) {
  coordinationContract('PostgreSQL', async () => {
    const options: CoordinationOptions = { kind: 'postgres', url };
    const [coordination, other] = [await open(options), await open(options)];
    const close = async (): Promise<void> => {
      await coordination.close();
      await other.close();
    };
    return { coordination, other, takeOver: options, open, close };
  });
} else {
  process.stderr.write('skipped: coordination over a real PostgreSQL: set LOGWEIR_TEST_POSTGRES_URL to an empty database\n');
}

describe('a PostgreSQL that cannot be used', () => {
  it('is an error that says where and what to do, without the password', async () => {
    const opening = open({ kind: 'postgres', url: 'postgres://me:secret@127.0.0.1:1/none' });
    await expect(opening).rejects.toThrow(/^PostgreSQL at 127\.0\.0\.1.*start it, or correct its URL/);
    await expect(open({ kind: 'postgres', url: 'postgres://me:secret@127.0.0.1:1/none' })).rejects.not.toThrow(/secret/);
  });
});
