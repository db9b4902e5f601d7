import { describeWithRedis, startRedis, type RedisServer } from '../../../../test/support/redis.js';
import { coordinationContract } from '../coordination.contract.js';
import { silent } from '../silent.fixture.js';
import { openCoordination, type CoordinationOptions } from '../open.js';

describeWithRedis('Redis', () => {
  let redis: RedisServer;

  coordinationContract('Redis', async () => {
    redis = await startRedis();
    const options: CoordinationOptions = { kind: 'redis', url: redis.url, requireAppendOnly: false };
    const open = (): Promise<Awaited<ReturnType<typeof openCoordination>>> => openCoordination(options, { log: silent, now: Date.now });
    const [coordination, other] = [await open(), await open()];
    return {
      coordination,
      other,
      takeOver: options,
      open,
      close: async () => {
        await coordination.close();
        await other.close();
        await redis.close();
      },
    };
  });
});
