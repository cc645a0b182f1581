import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.js';
import { insertMessages } from '../support/message-rows.js';
import { ChaosProxy } from './support/chaos-proxy.js';
import { summary } from './support/load.js';
import { expectWhole } from './support/oracle.js';
import { residentMemory } from './support/resident-memory.js';
import { ResumingReader } from './support/resuming-reader.js';
import { count, figures, progress } from './support/scale.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;
const IN_BAND = 800;
/** Two writers at this pace are less than the slowest network takes in: nobody follows a log that grows faster than that. */
const WRITE_EVERY_MS = 50;

let stage: Stage;
let proxy: ChaosProxy;
beforeAll(async () => {
  stage = await Stage.open();
  proxy = await ChaosProxy.before(stage.server.url, { bytesPerSecond: count('F13.bytesPerSecond') });
}, MINUTE_MS);
afterAll(async () => {
  await proxy.close();
  await stage.close();
});

it(
  'F13: slow readers of a long backlog get all of it in order, in band or by the feed, while others write; memory stays bounded',
  async () => {
    const backlog = count('F13.backlog');
    const { channelId, database, server } = stage;
    const rows = { conversationId: channelId, senderId: stage.user(1).id, first: 1, last: backlog };
    await insertMessages(database, { ...rows, content: 'x'.repeat(1000) });
    const before = residentMemory(server.pid);
    const slow = { wsUrl: proxy.wsUrl, api: new ApiClient(proxy.url) };
    for (let i = 0; i < count('F13.readers'); i++) {
      const since = i % 2 === 0 ? 0 : backlog - IN_BAND;
      stage.readers.push(new ResumingReader({ server: () => slow, channelId, token: stage.user(i).token, since }));
    }
    const [byFeed, inBand] = [stage.readers.filter((_, i) => i % 2 === 0), stage.readers.filter((_, i) => i % 2 === 1)];
    stage.write(2, { everyMs: WRITE_EVERY_MS });
    let done = 0;
    const whole = async (reader: ResumingReader) => {
      await reader.reached(backlog, 30 * MINUTE_MS);
      progress('F13', `${++done} of ${stage.readers.length} readers have the backlog, ${stage.acked} acknowledged`);
    };
    await Promise.all(stage.readers.map(whole));
    const grownMb = residentMemory(server.pid, 'peak') - before;
    await stage.settle();
    const verdict = await expectWhole(stage, { stored: backlog });
    expect(Math.min(...byFeed.map(({ reloads }) => reloads))).toBeGreaterThan(0);
    expect(inBand.map(({ reloads }) => reloads)).toEqual(inBand.map(() => 0));
    expect(stage.errors).toEqual({});
    expect(grownMb).toBeLessThan(200);
    figures('F13', {
      readers: stage.readers.length,
      'bytes a second': count('F13.bytesPerSecond'),
      backlog,
      ...summary(stage, verdict),
      'memory at most, MB over its start': grownMb,
      'cut as too slow': stage.readers.reduce((sum, { socket }) => sum + (socket.closes.get(4413) ?? 0), 0),
    });
  },
  60 * MINUTE_MS,
);
