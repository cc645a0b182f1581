import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { somewhere, summary } from './support/load.js';
import { expectWhole } from './support/oracle.js';
import { missingPrivilege, run } from './support/privileges.js';
import { chance, count, figures, notRun, progress } from './support/scale.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;

// In a name space of its own, so that nothing is left of the question.
const missing = missingPrivilege('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
if (missing !== undefined) notRun('F18', missing);

describe.skipIf(missing !== undefined)('a Postgres on a disk of its own', () => {
  let folder: string;
  let stage: Stage;
  beforeAll(async () => {
    folder = temporaryFolder();
    run('mount', '-t', 'tmpfs', '-o', 'size=256m,mode=0711', 'tmpfs', folder);
    stage = await Stage.open({ folder, parameters: { min_wal_size: '32MB', max_wal_size: '64MB' } });
  }, 2 * MINUTE_MS);
  afterAll(async () => {
    await stage.close().catch(() => undefined);
    run('umount', folder);
    rmSync(folder, { recursive: true, force: true });
  });

  const ballast = () => path.join(folder, 'ballast');
  const fill = () => {
    const { bavail, bsize } = statfsSync(folder);
    try {
      writeFileSync(ballast(), Buffer.alloc(bavail * bsize));
    } catch {
      // Postgres took a little of it meanwhile: what is written stays, and the disk is full.
    }
  };

  it(
    'F18: when that is full nothing is acknowledged that is not stored, and it goes on once there is room',
    async () => {
      const random = chance();
      stage.write(8, { content: 'x'.repeat(4000) });
      stage.read(2);
      for (let cycle = 1; cycle <= count('F18.cycles'); cycle++) {
        await somewhere(stage, random);
        fill();
        const refused = stage.errors['unavailable'] ?? 0;
        await eventually(() => (stage.errors['unavailable'] ?? 0) > refused + 20, 5 * MINUTE_MS);
        rmSync(ballast());
        // Without room for its own log it ends, and whoever runs it starts it again.
        if (!stage.postgres.isRunning) await stage.postgres.start();
        progress('F18', `full ${cycle} times, ${stage.acked} acknowledged`);
      }
      await somewhere(stage, random);
      await stage.settle();
      const verdict = await expectWhole(stage);
      expect(Object.keys(stage.errors)).toEqual(['unavailable']);
      figures('F18', { cycles: count('F18.cycles'), ...summary(stage, verdict) });
    },
    30 * MINUTE_MS,
  );
});
