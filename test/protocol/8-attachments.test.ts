import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AttachmentSweeper } from '../../src/attachments/internal/attachment-sweeper.js';
import { claim, download, png, sendForm, form, storedFiles, upload } from '../support/files.js';
import { type Actor, channelScene, expectOk, register } from '../support/scene.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
let alice: Actor;
let bob: Actor;
let stranger: Actor;
let channelId: string;

beforeAll(async () => {
  app = await startTestApp();
  const scene = await channelScene(app, { members: ['alice', 'bob'] });
  ({ channelId } = scene);
  ({ alice, bob } = scene.members);
  stranger = await register(app, 'stranger');
});
afterAll(() => app.close());

const TEXT = 'hello, file';
const sweep = () => app.app.get(AttachmentSweeper).sweep();

async function sentFile(sender = alice, channel = channelId): Promise<{ id: string; messageId: string }> {
  const { id } = await upload(app, sender, { name: 'a.txt', content: TEXT });
  const { id: messageId } = expectOk(await sender.api.post(`/channels/${channel}/messages`, { content: 'see' })) as {
    id: string;
  };
  await claim(app, id, messageId);
  return { id, messageId };
}

describe('POST /attachments (multipart)', () => {
  it('answers 201 with {id, name, type, size}', async () => {
    const answer = await sendForm(app, alice.token, form({ name: 'notes.txt', type: 'text/plain', content: TEXT }));
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ id: expect.any(String), name: 'notes.txt', type: 'text/plain', size: TEXT.length });
  });

  it('gives the type by the content, and width? and height? of a picture', async () => {
    const picture = await upload(app, alice, { name: 'a.txt', type: 'text/plain', content: await png(40, 30) });
    expect(picture).toMatchObject({ name: 'a.txt', type: 'image/png', width: 40, height: 30 });
  });

  it('takes a file of UPLOAD_MAX_BYTES, and none with a byte more, whether its length is announced or not', async () => {
    const small = await startTestApp({ env: { UPLOAD_MAX_BYTES: '100000' } });
    try {
      const user = await register(small);
      const most = Buffer.alloc(100_000, 1);
      expect(await upload(small, user, { content: most })).toMatchObject({ size: 100_000 });
      const files = await storedFiles(small);
      const over = form({ content: Buffer.alloc(100_001, 1) });
      for (const chunked of [false, true]) {
        const refused = await sendForm(small, user.token, over, { chunked });
        expect(refused.status).toBe(413);
        expect(refused.body).toMatchObject({ code: 'too_large' });
      }
      expect(await storedFiles(small)).toEqual(files);
    } finally {
      await small.close();
    }
  });

  it('needs a token, and a form with a file', async () => {
    expect((await sendForm(app, undefined, form({ content: TEXT }))).status).toBe(401);
    expect(await alice.api.post('/attachments', { file: TEXT })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'Content-Type' }] },
    });
    expect((await sendForm(app, alice.token, Buffer.from('x'), { type: 'image/png' })).status).toBe(400);
  });
});

describe('GET /attachments/:id (ranges, only those who may read the message)', () => {
  it('is there for the owner until a message has it, and then for those who may read the message', async () => {
    const { id } = await upload(app, alice, { name: 'a.txt', content: TEXT });
    expect((await download(app, alice, `/attachments/${id}`)).content.toString()).toBe(TEXT);
    expect((await download(app, bob, `/attachments/${id}`)).status).toBe(404);
    const sent = await sentFile();
    for (const reader of [alice, bob])
      expect((await download(app, reader, `/attachments/${sent.id}`)).content.toString()).toBe(TEXT);
    expect((await download(app, stranger, `/attachments/${sent.id}`)).status).toBe(404);
    expect((await app.api.get(`/attachments/${sent.id}`)).status).toBe(401);
  });

  it('is gone for a member who has left, also for its owner', async () => {
    const { members, channelId: channel, groupId } = await channelScene(app, { members: ['leaver', 'stayer'] });
    const { id } = await sentFile(members.leaver, channel);
    expectOk(await members.leaver.api.post(`/groups/${groupId}/leave`));
    expect((await download(app, members.leaver, `/attachments/${id}`)).status).toBe(404);
    expect((await download(app, members.stayer, `/attachments/${id}`)).status).toBe(200);
  });

  it('serves one range of bytes, the whole for several, and 416 for one that is not there', async () => {
    const { id } = await upload(app, alice, { name: 'a.txt', content: TEXT });
    const get = (range: string, more = {}) => download(app, alice, `/attachments/${id}`, { range, ...more });
    const part = await get('bytes=0-4');
    expect(part.status).toBe(206);
    expect(part.content.toString()).toBe('hello');
    expect(part.headers.get('content-range')).toBe(`bytes 0-4/${TEXT.length}`);
    expect((await get('bytes=-4')).content.toString()).toBe('file');
    expect((await get('bytes=7-')).content.toString()).toBe('file');
    const beyond = await get('bytes=100-');
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe(`bytes */${TEXT.length}`);
    for (const range of ['bytes=0-1,4-5', 'lines=0-1', 'nonsense'])
      expect(await get(range)).toMatchObject({ status: 200, content: Buffer.from(TEXT) });
    expect((await get('bytes=0-4', { 'if-range': '"another"' })).status).toBe(200);
    expect((await get('bytes=0-4', { 'if-range': part.headers.get('etag')! })).status).toBe(206);
  });

  it('lets the caller’s own cache keep it, and asks each time', async () => {
    const { id } = await upload(app, alice, { name: 'a.txt', content: TEXT });
    const { headers } = await download(app, alice, `/attachments/${id}`);
    expect(headers.get('cache-control')).toBe('private, no-cache');
    // Without it, Node's fetch asks for an answer that no cache has kept.
    const fetchAgain = { 'cache-control': 'max-age=0' };
    const again = await download(app, alice, `/attachments/${id}`, {
      ...fetchAgain,
      'if-none-match': headers.get('etag')!,
    });
    expect([again.status, again.content.length]).toEqual([304, 0]);
    expect(
      (await download(app, bob, `/attachments/${id}`, { ...fetchAgain, 'if-none-match': headers.get('etag')! })).status,
    ).toBe(404);
  });

  it('gives a picture’s small form with thumbnail=1, and none of what is no picture', async () => {
    const { id } = await upload(app, alice, { name: 'a.png', content: await png(1000, 500) });
    const small = await download(app, alice, `/attachments/${id}?thumbnail=1`);
    expect(small.headers.get('content-type')).toBe('image/webp');
    const { default: sharp } = await import('sharp');
    expect(await sharp(small.content).metadata()).toMatchObject({ format: 'webp', width: 320, height: 160 });
    expect((await download(app, bob, `/attachments/${id}?thumbnail=1`)).status).toBe(404);
    const text = await upload(app, alice, { content: TEXT });
    expect((await download(app, alice, `/attachments/${text.id}?thumbnail=1`)).status).toBe(404);
    expect((await download(app, alice, `/attachments/${id}?thumbnail=yes`)).status).toBe(400);
  });

  it('goes with its message', async () => {
    const { id, messageId } = await sentFile();
    await app.sql(`UPDATE messages SET deleted_at = now(), deleted_by = sender_id WHERE id = $1`, [messageId]);
    expect((await download(app, bob, `/attachments/${id}`)).status).toBe(404);
    expect(await storedFiles(app)).toContain(id);
    await sweep();
    expect(await storedFiles(app)).not.toContain(id);
    expect(await app.sql(`SELECT id FROM attachments WHERE id = $1`, [id])).toEqual([]);
  });
});

describe('DELETE /attachments/:id', () => {
  it('deletes a file of one’s own that is in no message, with its thumbnail, and no other', async () => {
    const { id } = await upload(app, alice, { name: 'a.png', content: await png(10, 10) });
    expect(await storedFiles(app)).toEqual(expect.arrayContaining([id, `${id}.thumbnail`]));
    expect((await bob.api.delete(`/attachments/${id}`)).status).toBe(404);
    expect((await alice.api.delete(`/attachments/${id}`)).status).toBe(204);
    expect((await alice.api.delete(`/attachments/${id}`)).status).toBe(404);
    expect((await download(app, alice, `/attachments/${id}`)).status).toBe(404);
    expect((await storedFiles(app)).filter((name) => name.startsWith(id))).toEqual([]);
    const sent = await sentFile();
    expect((await alice.api.delete(`/attachments/${sent.id}`)).status).toBe(404);
  });
});

describe('What nothing uses', () => {
  it('is deleted after 24 hours, and not before', async () => {
    const young = await upload(app, alice, { content: TEXT });
    const old = await upload(app, alice, { content: TEXT });
    const sent = await sentFile();
    await app.sql(`UPDATE attachments SET created_at = now() - interval '25 hours' WHERE id = ANY ($1)`, [
      [old.id, sent.id],
    ]);
    await sweep();
    const files = await storedFiles(app);
    expect(files).toEqual(expect.arrayContaining([young.id, sent.id]));
    expect(files).not.toContain(old.id);
  });
});
