import { once } from 'node:events';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AttachmentSweeper } from '../../src/attachments/internal/attachment-sweeper.js';
import { BlobStore } from '../../src/infra/storage/blob-store.js';
import { eventually } from '../support/eventually.js';
import { claim, download, form, FORM_TYPE, png, portOf, sendForm, storedFiles, upload } from '../support/files.js';
import { type Actor, channelScene, expectOk, register } from '../support/scene.js';
import { ServerProcess } from '../support/server-process.js';
import { startTestApp, TEST_ENVIRONMENT, TestApp } from '../support/test-app.js';

const MAX = 200_000;
const QUOTA = 500_000;

let app: TestApp;
let alice: Actor;
beforeAll(async () => {
  app = await startTestApp({ env: { UPLOAD_MAX_BYTES: String(MAX), UPLOAD_QUOTA_BYTES: String(QUOTA) } });
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

const descriptors = async () => (await readdir('/proc/self/fd')).length;
const quoted = (name: string) => (name.includes('"') ? `"${name.replaceAll('"', '\\"')}"` : name);
const sweep = () => app.app.get(AttachmentSweeper).sweep();
const rows = async (owner: Actor) =>
  app.sql<{ id: string; state: string }>(`SELECT id, state FROM attachments WHERE owner_id = $1`, [owner.id]);

/** Writes the head of an upload, and whatever `body` says, onto a bare connection. */
async function rawUpload(token: string, headers: string, ...body: (string | Buffer)[]): Promise<net.Socket> {
  const socket = net.connect(portOf(app), '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.write(`POST /api/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${headers}\r\n\r\n`);
  for (const part of body) socket.write(part);
  return socket;
}

async function statusLine(socket: net.Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.includes('\r\n')) break;
  }
  return text.split('\r\n')[0]!;
}

describe('U1: names', () => {
  it.each([
    ['../../etc/x', 'x'],
    ['..%2fx', '..%2fx'],
    ['C:\\\\windows\\\\x', 'x'],
    ['.htaccess', '.htaccess'],
    ['a%0D%0Ab%22c', 'ab"c'],
    ['\u202egpj.exe', 'gpj.exe'],
    ['x'.repeat(300), 'x'.repeat(255)],
    ['😀'.repeat(300), '😀'.repeat(255)],
  ])('%j is shown as %j, and the file is stored under its id', async (sent, shown) => {
    const user = await register(app);
    const { id, name } = await upload(app, user, { name: sent, content: 'x' });
    expect(name).toBe(shown);
    expect((await storedFiles(app)).includes(id)).toBe(true);
    const { status, headers } = await download(app, user, `/attachments/${id}`);
    expect(status).toBe(200);
    const disposition = headers.get('content-disposition')!;
    const [, plain, full] = /^attachment; filename=(\S+?)(?:; filename\*=UTF-8''(\S+))?$/.exec(disposition)!;
    expect(full === undefined ? plain : decodeURIComponent(full)).toBe(full === undefined ? quoted(shown) : shown);
  });

  it('a NUL in a name is no way around, and nothing lies outside the folder of its id', async () => {
    const user = await register(app);
    const { status } = await sendForm(app, user.token, form({ name: 'a\0.png', content: 'x' }));
    expect([201, 400]).toContain(status);
    for (const name of await storedFiles(app)) expect(name).toMatch(/^[\da-f-]{36}(\.thumbnail)?$/);
  });
});

describe('U2: active content', () => {
  const script = '<script>alert(1)</script>';
  it.each([
    ['text/html', `<!doctype html><html>${script}</html>`],
    ['image/svg+xml', `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`],
    ['image/svg+xml', `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`],
    ['text/xml', `<?xml version="1.0"?><a/>`],
    ['application/pdf', '%PDF-1.7\n1 0 obj<</S/JavaScript>>'],
    ['image/png', `<html>${script}</html>`],
    ['text/html; charset=utf-7', '+ADw-script+AD4-alert(1)+ADw-/script+AD4-'],
    [
      'application/javascript',
      Buffer.concat([Buffer.from('GIF89a=1;/*'), Buffer.alloc(100), Buffer.from('*/alert(1)')]),
    ],
  ])('%s is only ever downloaded', async (type, content) => {
    const user = await register(app);
    const file = await upload(app, user, { name: 'x.html', type, content });
    const { headers } = await download(app, user, `/attachments/${file.id}`);
    expect(headers.get('content-disposition')).toMatch(/^attachment/);
    expect(headers.get('content-type')).not.toMatch(/html|javascript|svg/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
  });

  it('a picture that was sent as what it is may be shown in its place', async () => {
    const user = await register(app);
    const content = await png(4, 4);
    const shown = await upload(app, user, { name: 'a.png', type: 'image/png', content });
    const { headers } = await download(app, user, `/attachments/${shown.id}`);
    expect(headers.get('content-disposition')).toBe('inline; filename=a.png');
    expect(headers.get('content-type')).toBe('image/png');
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    const mislabelled = await upload(app, user, { name: 'a.png', type: 'text/html', content });
    expect((await download(app, user, `/attachments/${mislabelled.id}`)).headers.get('content-disposition')).toMatch(
      /^attachment/,
    );
  });
});

describe('U3: sizes that lie', () => {
  it('an announced length over the limit is refused before the body is there', async () => {
    const socket = await rawUpload(alice.token, `Content-Type: ${FORM_TYPE}\r\nContent-Length: ${MAX * 10}`);
    expect(await statusLine(socket)).toContain('413');
    socket.destroy();
  });

  it('an endless chunked body is refused, cut off, and leaves nothing', async () => {
    const user = await register(app);
    const before = await storedFiles(app);
    const socket = await rawUpload(user.token, `Content-Type: ${FORM_TYPE}\r\nTransfer-Encoding: chunked`);
    const [head] = form({ content: '' }).toString().split('\r\n--the-boundary-of-the-tests--');
    const chunk = (data: string) => `${Buffer.byteLength(data).toString(16)}\r\n${data}\r\n`;
    socket.write(chunk(head!));
    const closed = new Promise((resolve) => socket.on('close', resolve));
    let answer = '';
    socket.on('data', (data) => (answer += String(data)));
    const more = () => {
      while (!socket.destroyed && socket.write(chunk('x'.repeat(10_000))));
    };
    socket.on('drain', more);
    more();
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 413/);
    expect(await storedFiles(app)).toEqual(before);
    expect(await rows(user)).toEqual([]);
  });
});

describe('U4: broken forms', () => {
  const part = (head: string, body = 'x') => `--b\r\n${head}\r\n\r\n${body}\r\n`;
  const file = part('Content-Disposition: form-data; name="file"; filename="a"');
  it.each([
    ['no boundary', 'multipart/form-data', `${file}--b--\r\n`],
    ['an empty boundary', 'multipart/form-data; boundary=', `${file}--b--\r\n`],
    ['nothing in it', 'multipart/form-data; boundary=b', ''],
    ['no file', 'multipart/form-data; boundary=b', `${part('Content-Disposition: form-data; name="text"')}--b--\r\n`],
    [
      'an empty field name',
      'multipart/form-data; boundary=b',
      `${part('Content-Disposition: form-data; name=""; filename="a"')}--b--\r\n`,
    ],
    [
      'no field name',
      'multipart/form-data; boundary=b',
      `${part('Content-Disposition: form-data; filename="a"')}--b--\r\n`,
    ],
    ['an end that is missing', 'multipart/form-data; boundary=b', file],
    ['a file that breaks off', 'multipart/form-data; boundary=b', file.slice(0, -6)],
    ['two files', 'multipart/form-data; boundary=b', `${file}${file}--b--\r\n`],
    ['a file in another field', 'multipart/form-data; boundary=b', `${file.replace('"file"', '"other"')}--b--\r\n`],
    [
      '10,000 parts',
      'multipart/form-data; boundary=b',
      `${part('Content-Disposition: form-data; name="x"').repeat(10_000)}${file}--b--\r\n`,
    ],
    [
      'a header that does not end',
      'multipart/form-data; boundary=b',
      `--b\r\nContent-Disposition: ${'x'.repeat(100_000)}`,
    ],
    [
      'a field that is a bomb',
      'multipart/form-data; boundary=b',
      `${part(`Content-Disposition: form-data; name="${'[a]'.repeat(2000)}"`)}${file}--b--\r\n`,
    ],
  ])('%s: 400, and nothing is left', async (_name, type, body) => {
    const user = await register(app);
    const [files, before] = [await storedFiles(app), await descriptors()];
    const answer = await sendForm(app, user.token, Buffer.from(body), { type, chunked: body.length > MAX });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'validation_failed' });
    expect(await storedFiles(app)).toEqual(files);
    expect(await rows(user)).toEqual([]);
    // Connections of the test may have come and gone meanwhile; a leak would be one for each case.
    expect(await descriptors()).toBeLessThan(before + 10);
  });

  it('names that are numbers or keys of objects do nothing', async () => {
    const user = await register(app);
    const bomb = ['a[4294967290]', '__proto__[x]', 'constructor[prototype][x]'];
    const fields = bomb.map((name) => part(`Content-Disposition: form-data; name="${name}"`)).join('');
    const answer = await sendForm(app, user.token, Buffer.from(`${fields}${file}--b--\r\n`), {
      type: 'multipart/form-data; boundary=b',
    });
    expect([201, 400]).toContain(answer.status);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});

describe('U5: uploads that are given up', () => {
  it('leave no file, no row and no descriptor', async () => {
    const user = await register(app);
    const [files, before] = [await storedFiles(app), await descriptors()];
    const half = form({ content: Buffer.alloc(100_000) }).subarray(0, 50_000);
    for (let round = 0; round < 10; round++) {
      const sockets = await Promise.all(
        Array.from({ length: 10 }, () =>
          rawUpload(user.token, `Content-Type: ${FORM_TYPE}\r\nContent-Length: 100300`, half),
        ),
      );
      await eventually(async () => (await rows(user)).length > 0);
      for (const socket of sockets) socket.destroy();
      await eventually(async () => (await rows(user)).length === 0);
    }
    // The last of them may begin after the others have ended.
    await eventually(async () => {
      expect([await storedFiles(app), await rows(user)]).toEqual([files, []]);
      return true;
    });
    await eventually(async () => (await descriptors()) < before + 10);
  });
});

describe('U6: the quota', () => {
  it('is never passed by parallel uploads, and whatever is refused or deleted gives its room back', async () => {
    const user = await register(app);
    const content = Buffer.alloc(90_000, 1);
    const send = (chunked: boolean) => sendForm(app, user.token, form({ content }), { chunked });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => send(n % 3 === 0)));
    const stored = answers.filter(({ status }) => status === 201);
    expect(answers.filter(({ status }) => status === 413).length).toBe(12 - stored.length);
    const [{ used }] = (await app.sql<{ used: string }>(
      `SELECT sum(size) AS used FROM attachments WHERE owner_id = $1`,
      [user.id],
    )) as [{ used: string }];
    expect(Number(used)).toBe(stored.length * content.length);
    expect(Number(used)).toBeLessThanOrEqual(QUOTA);
    // Once nothing is on its way, all that the quota leaves can be used, to the byte.
    for (let more = stored.length; more < 5; more++) expect((await send(false)).status).toBe(201);
    expect((await sendForm(app, user.token, form({ content: Buffer.alloc(50_001) }))).status).toBe(413);
    expect((await sendForm(app, user.token, form({ content: Buffer.alloc(50_000) }))).status).toBe(201);
    expect((await sendForm(app, user.token, form({ content: 'x' }))).status).toBe(413);
    expectOk(await user.api.delete(`/attachments/${stored[0]!.body.id}`));
    expect((await send(true)).status).toBe(201);
  });
});

describe('U7: pictures that are larger than they look', () => {
  it('one of 30,000 × 30,000 pixels is refused without being decoded', async () => {
    const user = await register(app);
    // A whole one of this size, but for its pixels: its head says what it would be.
    const content = await png(8, 8);
    content.writeUInt32BE(30_000, 16);
    content.writeUInt32BE(30_000, 20);
    content.writeUInt32BE(crcOf(content.subarray(12, 29)), 29);
    const answer = await sendForm(app, user.token, form({ name: 'a.png', type: 'image/png', content }));
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'file', problems: [/pixels/] }] } });
    expect(await rows(user)).toEqual([]);
  });

  it('of a film of many frames the first alone is read', async () => {
    const user = await register(app);
    const frames = 500;
    const raw = { width: 8, height: 8 * frames, channels: 3 as const, pageHeight: 8 };
    const content = await sharp(
      Buffer.alloc(8 * 8 * frames * 3, 7).map((_, at) => (at / 192) % 251),
      { raw },
    )
      .gif({ loop: 0, delay: 20 })
      .toBuffer();
    const file = await upload(app, user, { name: 'a.gif', type: 'image/gif', content });
    expect(file).toMatchObject({ type: 'image/gif', width: 8, height: 8 });
  });

  it('one that is broken is a file like any other, and not looked at', async () => {
    const user = await register(app);
    const content = (await png(500, 500)).subarray(0, 60);
    const file = await upload(app, user, { name: 'a.png', type: 'image/png', content });
    expect((await download(app, user, `/attachments/${file.id}`)).status).toBe(200);
    expect((await download(app, user, `/attachments/${file.id}?thumbnail=1`)).status).toBe(404);
  });
});

describe('U9: crashes', () => {
  it('kill -9 while a file arrives leaves no file without a row, and both are swept', async () => {
    const child = await new ServerProcess({
      env: { ...TEST_ENVIRONMENT, LOG_LEVEL: 'info', DATA_DIR: app.settings.DATA_DIR, DATABASE_URL: app.databaseUrl },
    }).listening();
    const user = await register(app);
    const content = Buffer.alloc(150_000, 3);
    const sent = form({ content });
    const socket = net.connect(Number(new URL(child.url).port), '127.0.0.1').on('error', () => undefined);
    socket.write(
      `POST /api/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user.token}\r\nContent-Type: ${FORM_TYPE}\r\nContent-Length: ${sent.length}\r\n\r\n`,
    );
    socket.write(sent.subarray(0, 140_000));
    const isThere = async () => {
      const [row] = await rows(user);
      return row !== undefined && (await storedFiles(app)).includes(row.id);
    };
    await eventually(isThere);
    await child.kill('SIGKILL');
    const [row] = await rows(user);
    expect(row).toMatchObject({ state: 'uploading' });
    expect((await download(app, user, `/attachments/${row!.id}`)).status).toBe(404);
    await sweep();
    expect(await isThere()).toBe(true);
    await longAgo(row!.id);
    await sweep();
    expect(await rows(user)).toEqual([]);
    expect(await storedFiles(app)).not.toContain(row!.id);
    // A process has to start, on a machine that may be busy.
  }, 60_000);

  it.each([
    ['after the file was kept, and before its row says so', `UPDATE attachments SET state = 'uploading' WHERE id = $1`],
    ['after its row was marked, and before it was deleted', `UPDATE attachments SET state = 'deleted' WHERE id = $1`],
    ['of a database whose backup has no row of it', `DELETE FROM attachments WHERE id = $1`],
  ])('one %s is swept', async (_when, change) => {
    const user = await register(app);
    const { id } = await upload(app, user, { name: 'a.png', content: await png(9, 9) });
    await app.sql(change, [id]);
    const old = await oldBlob(id);
    await longAgo(id);
    await sweep();
    expect(await rows(user)).toEqual([]);
    const left = await storedFiles(app);
    if (change.startsWith('DELETE')) expect(left).toContain(id);
    else expect(left.filter((name) => name.startsWith(id))).toEqual([]);
    expect(left).not.toContain(old);
  });

  /** What was there a day and more ago, before its row went: its id tells its age. */
  async function oldBlob(like: string): Promise<string> {
    const id = `0198c0de${like.slice(8)}`;
    const file = path.join(app.settings.DATA_DIR, 'old');
    await writeFile(file, 'x');
    await app.app.get(BlobStore).put(id, file);
    return id;
  }

  /** As if a day had gone by since. */
  async function longAgo(id: string): Promise<void> {
    await app.sql(`UPDATE attachments SET created_at = created_at - interval '25 hours' WHERE id = $1`, [id]);
    const dayAgo = Date.now() / 1000 - 90_000;
    await utimes(path.join(app.settings.DATA_DIR, 'files/incoming', id), dayAgo, dayAgo).catch(() => undefined);
  }
});

describe('U8: downloads', () => {
  it('ids of others, guessed ids and a thousand ranges give nothing away', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const { id } = await upload(app, members.alice, { content: 'secret' });
    const message = expectOk(await members.alice.api.post(`/channels/${channelId}/messages`, { content: 'x' })) as {
      id: string;
    };
    await claim(app, id, message.id);
    const other = await register(app);
    for (const path of [id, `${id.slice(0, -1)}0`, `${id}?thumbnail=1`])
      expect((await download(app, other, `/attachments/${path}`)).status).toBe(404);
    expect((await download(app, other, '/attachments/..%2f..%2fetc')).status).toBe(400);
    const ranges = Array.from({ length: 1000 }, (_, n) => `${n % 5}-${(n % 5) + 1}`).join(',');
    const answer = await download(app, members.alice, `/attachments/${id}`, { range: `bytes=${ranges}` });
    expect(answer).toMatchObject({ status: 200, content: Buffer.from('secret') });
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
  });
});

function crcOf(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
