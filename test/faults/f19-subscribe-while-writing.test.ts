import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { expectWhole } from './support/oracle.js';
import { chance, count, figures, progress } from './support/scale.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
}, MINUTE_MS);
afterAll(() => stage.close());

it(
  'F19: clients that subscribe with a random `since`, and lose their connections, while messages are written see every number once',
  async () => {
    const random = chance();
    const [readers, messages] = [count('F19.readers'), count('F19.messages')];
    stage.write(24);
    await eventually(() => stage.acked > 50, MINUTE_MS);
    const started = performance.now();
    const before = stage.acked;
    let drops = 0;
    for (let i = 0; i < readers; i++) {
      // Each comes at a moment of its own, spread over the writing, and another loses its connection.
      const due = before + Math.floor((i / readers) * messages);
      await eventually(() => stage.acked >= due, 5 * MINUTE_MS);
      stage.read(1, { since: random.below(stage.acked) });
      const victim = random.pick(stage.readers);
      if (victim.socket.isOpen) {
        victim.socket.drop();
        drops++;
      }
      if (i % 20 === 0) progress('F19', `${i} readers, ${stage.acked} written`);
    }
    await eventually(() => stage.acked >= before + messages, 10 * MINUTE_MS);
    const seconds = (performance.now() - started) / 1000;
    await stage.settle();
    const verdict = await expectWhole(stage);
    expect(stage.errors).toEqual({});
    expect(stage.readers.map(({ errors }) => errors.length)).toEqual(stage.readers.map(() => 0));
    figures('F19', {
      readers,
      drops,
      'written meanwhile': verdict.acked,
      'messages a second': Math.round((verdict.acked - before) / seconds),
      'numbers delivered': stage.readers.reduce((sum, { seen }) => sum + seen.size, 0),
      resumes: stage.readers.reduce((sum, { resumes }) => sum + resumes, 0),
      reloads: stage.readers.reduce((sum, { reloads }) => sum + reloads, 0),
      'out of order, twice or missing': verdict.violations.length,
    });
  },
  60 * MINUTE_MS,
);
