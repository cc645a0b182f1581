import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EpochReader } from '../../src/conversations/epoch-reader.js';
import { EpochWatch } from '../../src/gateways/shared/epoch-watch.js';
import { insertMessages } from '../support/message-rows.js';
import { channelScene } from '../support/scene.js';
import { ServerProcess } from '../support/server-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { startTestApp } from '../support/test-app.js';
import { createTestDatabase } from '../support/test-database.js';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/scripts/new-epoch.js');
const ANSWER = /^Old epoch: ([0-9a-f]{32})\nNew epoch: ([0-9a-f]{32})\n/;

describe('npm run epoch:new', { timeout: 60_000 }, () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = temporaryFolder();
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Runs the command to its end. */
  async function run(env: Record<string, string>, args: string[] = []) {
    const program = new ServerProcess({
      env: { DATA_DIR: dataDir, ...env },
      args,
      command: [process.execPath, PROGRAM],
    });
    const { code } = await program.exited;
    return { code, output: program.output };
  }

  it('names the history anew under a running server: who comes back with the old name loads anew (2, F20)', async () => {
    const app = await startTestApp();
    const { owner, channelId } = await channelScene(app, { members: [] });
    const rows = { conversationId: channelId, senderId: owner.id };
    await insertMessages(app, { ...rows, first: 1, last: 5 });
    const epoch = await app.app.get(EpochReader).read();

    const { code, output } = await run({ DATABASE_URL: app.databaseUrl });
    expect([code, ANSWER.exec(output)?.[1]]).toEqual([0, epoch]);
    const renamed = await app.app.get(EpochReader).read();
    expect(ANSWER.exec(output)?.[2]).toBe(renamed);
    expect(renamed).not.toBe(epoch);

    await app.app.get(EpochWatch, { strict: false }).check();
    // The log has grown past the position that the client knows of the other history.
    await insertMessages(app, { ...rows, first: 6, last: 9 });
    const back = await owner.channel(channelId, { since: '5', epoch });
    expect(await back.next('resumed')).toMatchObject({ complete: false, last_seq: 9 });
    expect(await back.next('connected')).toMatchObject({ epoch: renamed });
    const known = await owner.channel(channelId, { since: '5', epoch: renamed });
    expect(await known.next('resumed')).toMatchObject({ complete: true, last_seq: 9 });
    await app.close();
  });

  it('leaves the embedded database of a running server alone, and changes that of a stopped one', async () => {
    const server = await new ServerProcess({ env: { DATA_DIR: dataDir } }).listening();
    const refused = await run({});
    await server.stop();
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(`is in use by process ${server.pid}: stop that one first.`);
    const done = await run({});
    expect([done.code, ANSWER.test(done.output)]).toEqual([0, true]);
  });

  it('makes no database where there is none, and says what is missing', async () => {
    const none = await run({});
    expect(none).toEqual({ code: 1, output: expect.stringContaining(`There is no database in ${dataDir}`) as string });
    expect(existsSync(path.join(dataDir, 'postgres'))).toBe(false);
    const away = await run({ DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x' });
    expect(away.output).toMatch(/^The epoch has not been changed\.\nCannot connect to Postgres \(database x at 127/);
    expect([away.code, away.output.includes('hunter2')]).toEqual([1, false]);
    const empty = await createTestDatabase('empty');
    const old = await run({ DATABASE_URL: empty.url });
    expect(old).toEqual({ code: 1, output: expect.stringContaining('has not the tables of this version') as string });
    await empty.drop();
  });

  it('tells how it is used, and refuses arguments that it does not know', async () => {
    const help = await run({}, ['--help']);
    expect(help).toEqual({ code: 0, output: expect.stringMatching(/^Usage: npm run epoch:new\n/) as string });
    expect(await run({}, ['--now'])).toEqual({ code: 2, output: 'Unknown argument --now; try --help.\n' });
  });
});
