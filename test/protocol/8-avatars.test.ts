import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AttachmentSweeper } from '../../src/attachments/internal/attachment-sweeper.js';
import { download, form, png, sendForm, storedFiles } from '../support/files.js';
import { type Actor, expectOk, register } from '../support/scene.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
let alice: Actor;
let bob: Actor;
beforeAll(async () => {
  app = await startTestApp();
  [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
});
afterAll(() => app.close());

const setAvatar = async (user: Actor, content: Buffer | string, type = 'image/png') =>
  sendForm(app, user.token, form({ name: 'me.png', type, content }), { route: '/users/me/avatar', method: 'PUT' });
const urlOf = async (user: Actor) =>
  (expectOk(await bob.api.get(`/users/${user.id}`)) as { avatar_url: string | null }).avatar_url;

describe('PUT, DELETE /users/me/avatar, GET /users/:id/avatar', () => {
  it('a user without one has avatar_url null, and 404', async () => {
    expect(await urlOf(bob)).toBeNull();
    expect((await bob.api.get(`/users/${bob.id}/avatar`)).status).toBe(404);
  });

  it('a picture becomes a square that everyone who is logged in may see', async () => {
    const { status, body } = await setAvatar(alice, await png(600, 300));
    expect([status, body.avatar_url]).toEqual([200, await urlOf(alice)]);
    expect(body.avatar_url).toMatch(`/api/users/${alice.id}/avatar?v=`);
    const { content, headers } = await download(app, bob, body.avatar_url.replace('/api', ''));
    expect(await sharp(content).metadata()).toMatchObject({ format: 'webp', width: 256, height: 256 });
    expect(headers.get('content-disposition')).toBe('inline; filename=avatar.webp');
    expect((await fetch(`${app.url}${body.avatar_url}`)).status).toBe(401);
  });

  it('another one has another URL, and of all those before nothing is left', async () => {
    const first = await urlOf(alice);
    await Promise.all(Array.from({ length: 5 }, async () => setAvatar(alice, await png(300, 300))));
    expect(await urlOf(alice)).not.toBe(first);
    await app.app.get(AttachmentSweeper).sweep();
    const kept = new URL((await urlOf(alice))!, app.url).searchParams.get('v');
    expect(await storedFiles(app)).toEqual([kept]);
  });

  it('is no file of a message: its id leads nowhere else', async () => {
    const id = new URL((await urlOf(alice))!, app.url).searchParams.get('v');
    expect((await alice.api.get(`/attachments/${id}`)).status).toBe(404);
    expect((await alice.api.delete(`/attachments/${id}`)).status).toBe(404);
  });

  it('what is no picture is refused, and the one before stays', async () => {
    const before = await urlOf(alice);
    for (const content of ['<svg xmlns="http://www.w3.org/2000/svg"/>', (await png(50, 50)).subarray(0, 40)])
      expect(await setAvatar(alice, content)).toMatchObject({ status: 400, body: { errors: [{ field: 'file' }] } });
    expect(await urlOf(alice)).toBe(before);
    expect((await storedFiles(app)).length).toBe(1);
  });

  it('DELETE takes it away, also twice', async () => {
    expect((await alice.api.delete('/users/me/avatar')).status).toBe(204);
    expect((await alice.api.delete('/users/me/avatar')).status).toBe(204);
    expect(await urlOf(alice)).toBeNull();
    expect((await alice.api.get(`/users/${alice.id}/avatar`)).status).toBe(404);
  });
});
