import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { somewhere, summary } from './support/load.js';
import { expectWhole } from './support/oracle.js';
import { Probe } from './support/probe.js';
import { chance, count, figures, progress } from './support/scale.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;

function underLoad(stage: Stage): Stage {
  stage.write(12);
  stage.read(3);
  return stage;
}

describe(
  'nothing acknowledged or seen is lost, nothing is stored twice, no number is missing',
  {
    timeout: 60 * MINUTE_MS,
  },
  () => {
    let theatre: Stage;
    beforeAll(async () => {
      theatre = await Stage.open();
    }, MINUTE_MS);
    afterAll(() => theatre.close());

    const killTheServer = async (id: string, stage: Stage, cycles: number) => {
      const random = chance();
      for (let cycle = 1; cycle <= cycles; cycle++) {
        await somewhere(stage, random);
        await stage.server.crash();
        await stage.server.start();
        progress(id, `kill ${cycle}, ${stage.acked} acknowledged`);
      }
      await somewhere(stage, random);
      await stage.settle();
      const verdict = await expectWhole(stage);
      expect(Math.min(...stage.readers.map(({ resumes }) => resumes))).toBeGreaterThan(0);
      const longestStartMs = Math.round(Math.max(...stage.server.startsMs));
      figures(id, { cycles, ...summary(stage, verdict), 'longest start, ms': longestStartMs });
    };

    it('F1: through kill -9 of the server', async () => {
      await killTheServer('F1', underLoad(await theatre.freshChannel()), count('F1.cycles'));
    });

    it('F1: through kill -9 of a server that runs its own Postgres', async () => {
      const stage = await Stage.embedded();
      try {
        await killTheServer('F1 embedded', underLoad(stage), count('F1.embedded'));
      } finally {
        await stage.close();
      }
    });

    it('F2: through kill -9 of Postgres, all of its processes; the server stays', async () => {
      const stage = underLoad(await theatre.freshChannel());
      const random = chance();
      const { pid } = stage.server;
      for (let cycle = 1; cycle <= count('F2.cycles'); cycle++) {
        await somewhere(stage, random);
        await stage.postgres.crash();
        await stage.postgres.start();
        progress('F2', `kill ${cycle}, ${stage.acked} acknowledged`);
      }
      await somewhere(stage, random);
      await stage.settle();
      const verdict = await expectWhole(stage);
      expect(Object.keys(stage.errors)).toEqual(['unavailable']);
      expect(stage.server.pid).toBe(pid);
      figures('F2', { cycles: count('F2.cycles'), ...summary(stage, verdict) });
    });

    it.each(['fast', 'immediate'] as const)(
      'F3: through a restart of Postgres in mode %s, with `unavailable` and 503 alone',
      async (mode) => {
        const stage = underLoad(await theatre.freshChannel());
        const random = chance();
        const rest = Probe.get(`${stage.server.url}/api/channels/${stage.channelId}/messages?limit=1`, {
          authorization: `Bearer ${stage.user(0).token}`,
        });
        let longestRecoveryMs = 0;
        for (let cycle = 1; cycle <= count('F3.cycles'); cycle++) {
          await somewhere(stage, random);
          await stage.postgres.stop(mode);
          await eventually(() => rest.answers.has('503'), MINUTE_MS);
          await stage.postgres.start();
          const { acked } = stage;
          const started = performance.now();
          await eventually(() => stage.acked > acked, MINUTE_MS);
          longestRecoveryMs = Math.max(longestRecoveryMs, performance.now() - started);
          progress('F3', `${mode} restart ${cycle}, ${stage.acked} acknowledged`);
        }
        await stage.settle();
        const verdict = await expectWhole(stage);
        expect(Object.keys(stage.errors)).toEqual(['unavailable']);
        expect((await rest.stop()).kinds).toEqual(['200', '503']);
        expect(longestRecoveryMs).toBeLessThan(20_000);
        figures(`F3 ${mode}`, {
          cycles: count('F3.cycles'),
          ...summary(stage, verdict),
          'longest recovery, ms': Math.round(longestRecoveryMs),
        });
      },
    );
  },
);
