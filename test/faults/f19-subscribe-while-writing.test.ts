import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { Apart } from './support/apart.js';
import { expectWhole } from './support/oracle.js';
import { chance, count, figures, progress } from './support/scale.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;
const WRITERS = 6;
/** Missed changes that are replayed in band (section 2); who has missed more reloads by the feed. */
const IN_BAND = 1000;

let stage: Stage;
let writing: Apart<typeof import('./support/writing.js')>;
let reading: Apart<typeof import('./support/reading.js')>;
beforeAll(async () => {
  stage = await Stage.open();
  writing = new Apart('writing.ts');
  reading = new Apart('reading.ts');
}, MINUTE_MS);
afterAll(async () => {
  await Promise.all([writing.stop(), reading.stop()]);
  await stage.close();
});

it(
  'F19: clients that subscribe with a random `since`, and lose their connections, while messages are written see every number once',
  async () => {
    const random = chance();
    const [readers, messages, perSecond] = [count('F19.readers'), count('F19.messages'), count('F19.perSecond')];
    const urls = Array.from({ length: WRITERS }, (_, i) => stage.urlOf(stage.user(i), { presence: 'none' }));
    // A little more is offered than has to be reached.
    await writing.call('write', urls, perSecond * 1.05);
    let acked = 0;
    const written = (atLeast: number) =>
      eventually(async () => (acked = await writing.call('acknowledged')) >= atLeast, 10 * MINUTE_MS);
    await written(50);
    const started = performance.now();
    const before = acked;
    let drops = 0;
    for (let i = 0; i < readers; i++) {
      // Each comes at a moment of its own, spread over the writing, and another loses its connection.
      await written(before + Math.floor((i / readers) * messages));
      const missed = random.below(random.below(2) === 0 ? acked : Math.min(acked, IN_BAND));
      const { server, channelId } = stage;
      await reading.call('join', { url: server.url, channelId, token: stage.user(i).token, since: acked - missed });
      if (await reading.call('drop', random.below(i + 1))) drops++;
      if (i % 20 === 0) progress('F19', `${i} readers, ${acked} written`);
    }
    await written(before + messages);
    const rate = Math.round(((acked - before) * 1000) / (performance.now() - started));
    const { errors, ...writer } = await writing.call('finish');
    const read = await reading.call('finish', writer.acked.size);
    const verdict = await expectWhole({
      ...{ database: stage.database, channelId: stage.channelId, servers: stage.servers, users: stage.users },
      writers: [writer],
      acked: writer.acked.size,
      readers: [read],
    });
    expect(errors).toEqual({});
    expect(read.errors).toEqual([]);
    figures('F19', {
      readers,
      drops,
      'written meanwhile': verdict.acked,
      'messages a second': rate,
      'numbers delivered': read.delivered,
      resumes: read.resumes,
      reloads: read.reloads,
      'out of order, twice or missing': verdict.violations.length,
    });
    // What the promise is about; 0 in `npm test`, which measures nothing.
    expect(rate).toBeGreaterThanOrEqual(perSecond);
  },
  60 * MINUTE_MS,
);
