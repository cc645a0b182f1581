import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UploadSpool } from '../../src/attachments/internal/upload-spool.js';
import { form, FORM_TYPE, portOf } from '../support/files.js';
import { register } from '../support/scene.js';
import { startTestApp, TestApp } from '../support/test-app.js';

const FILE_BYTES = 25 * 1024 * 1024;
const MOST_HELD = 2 * 1024 * 1024;
const LOOKS_WITHOUT_CHANGE = 25;

let app: TestApp;
let folder: string;
beforeAll(async () => {
  app = await startTestApp();
  folder = await mkdtemp(path.join(tmpdir(), 'parley-upload-'));
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

describe('an upload of 25 MiB', () => {
  it('never has more than 2 MiB of it in memory: what the disk does not take is not read', async () => {
    const user = await register(app);
    const pipe = path.join(folder, 'a-disk-that-stands-still');
    execFileSync('mkfifo', [pipe]);
    // Open, and never read: it takes what a pipe holds, and no more.
    const disk = await open(pipe, 'r+');
    const place = vi.spyOn(app.app.get(UploadSpool), 'place').mockReturnValue(pipe);
    const accepted = once(app.app.getHttpServer() as net.Server, 'connection') as Promise<[net.Socket]>;
    const client = net.connect(portOf(app), '127.0.0.1').on('error', () => undefined);
    try {
      const [server] = await accepted;
      const body = form({ content: Buffer.alloc(FILE_BYTES) });
      client.write(
        `POST /api/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user.token}\r\nContent-Type: ${FORM_TYPE}\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      client.write(body);
      const read = await standstill(() => server.bytesRead);
      // It began with the file, and went no further than its buffers.
      expect(place).toHaveBeenCalled();
      expect(read).toBeGreaterThan(64 * 1024);
      expect(read).toBeLessThan(MOST_HELD);
    } finally {
      client.destroy();
      await disk.close();
      place.mockRestore();
    }
  });
});

/** The number once it has stopped to change. */
async function standstill(count: () => number): Promise<number> {
  let last = -1;
  for (let same = 0; same < LOOKS_WITHOUT_CHANGE;) {
    const now = count();
    same = now === last && now > 1000 ? same + 1 : 0;
    last = now;
    await pause(20);
  }
  return last;
}
