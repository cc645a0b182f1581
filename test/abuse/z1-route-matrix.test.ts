import type { OpenAPIObject } from '@nestjs/swagger';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAccount } from '../support/accounts.js';
import {
  accounts,
  admins,
  CALLERS,
  everyone,
  guestsToo,
  matrixCast,
  matrixScene,
  members,
  moderators,
  owners,
  tokenOf,
} from '../support/route-matrix.js';
import type { Caller, MatrixCast, MatrixScene, Statuses } from '../support/route-matrix.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

interface Row {
  expected: Statuses;
  body?: (scene: MatrixScene) => unknown;
  /** It changes what it acts on: each caller gets a scene of their own. */
  changes?: true;
  /** It ends sessions: who has an account comes with a new one. */
  endsSessions?: true;
  /** What there must be beside the scene. */
  prepare?: (scene: MatrixScene) => Promise<unknown>;
  /** In place of what the path's parameters are elsewhere. */
  path?: (scene: MatrixScene) => string;
}

/** The room's owner is the group's, and its admins manage it too; others are told that they may not. */
const roomOwners = (status: number): Statuses => admins(0).map((other) => (other === 404 ? 403 : other || status));

/** Those of a room, a meeting or a call that is for the members of the group. */
function roomRoutes(kind: 'rooms' | 'meetings' | 'calls'): Record<string, Row> {
  const at = (rest = '') => ({
    prepare: ({ secret, groupId }: MatrixScene) =>
      app.api.put(`/${kind}/${secret}/rule`, { access: 'group', group_id: groupId }, cast.owner),
    path: ({ secret, target }: MatrixScene) => `/${kind}/${secret}${rest}`.replace('{user_id}', target),
  });
  const [anonymous, deactivated, , ...others] = members(200) as [number, number, number, ...number[]];
  const path = `/api/${kind}/{room_id}`;
  return {
    [`GET ${path}`]: { expected: [anonymous, deactivated, kind === 'calls' ? 403 : 404, ...others], ...at() },
    [`GET ${path}/rule`]: { expected: roomOwners(200), ...at('/rule') },
    [`PUT ${path}/rule`]: {
      // A stranger learns first that there is no such group for them.
      expected: roomOwners(200).map((status, index) => Math.max(status, members(0)[index] ?? 0)),
      body: ({ groupId }) => ({ access: 'group', group_id: groupId }),
      ...at('/rule'),
    },
    [`DELETE ${path}/rule`]: { expected: roomOwners(204), changes: true, ...at('/rule') },
    [`PUT ${path}/lock`]: { expected: roomOwners(204), ...at('/lock') },
    [`DELETE ${path}/lock`]: { expected: roomOwners(204), ...at('/lock') },
    [`PUT ${path}/invitations/{user_id}`]: { expected: roomOwners(204), ...at('/invitations/{user_id}') },
    [`DELETE ${path}/invitations/{user_id}`]: { expected: roomOwners(404), ...at('/invitations/{user_id}') },
    [`DELETE ${path}/participants/{client_id}`]: { expected: roomOwners(404), ...at('/participants/nobody') },
    [`DELETE ${path}/removals/{user_id}`]: { expected: roomOwners(404), ...at('/removals/{user_id}') },
  };
}

const newTopic = () => `/live/z1-${randomUUID()}`;

/** A route without a row fails the first test below. */
const MATRIX: Record<string, Row> = {
  'POST /api/auth/register': { expected: everyone(400), body: () => ({}) },
  'POST /api/auth/login': { expected: everyone(400), body: () => ({}) },
  'POST /api/auth/refresh': { expected: everyone(401), body: () => ({ refresh_token: 'none' }) },
  'POST /api/auth/guest': { expected: everyone(201), body: () => ({}) },
  'POST /api/auth/logout': { expected: accounts(204), body: () => ({}), endsSessions: true },
  'POST /api/auth/logout-all': { expected: accounts(204), endsSessions: true },
  'POST /api/auth/password': {
    expected: accounts(401),
    body: () => ({ current_password: 'not mine', new_password: 'another long password' }),
  },
  'GET /api/auth/sessions': { expected: accounts(200) },
  'DELETE /api/auth/sessions/{id}': { expected: accounts(404), path: () => `/auth/sessions/${randomUUID()}` },
  'POST /api/auth/ws-ticket': { expected: accounts(200) },

  'GET /api/users/me': { expected: accounts(200) },
  'PATCH /api/users/me': { expected: accounts(200), body: () => ({}) },
  'DELETE /api/users/me': { expected: accounts(401), body: () => ({ password: 'not mine' }) },
  'GET /api/users/me/blocks': { expected: accounts(200) },
  'GET /api/users/me/unreads': { expected: accounts(200) },
  'GET /api/users': { expected: accounts(200) },
  'GET /api/users/{id}': { expected: accounts(200) },
  'PUT /api/users/me/avatar': { expected: accounts(400), body: () => ({}) },
  'DELETE /api/users/me/avatar': { expected: accounts(204) },
  'GET /api/users/{id}/avatar': { expected: accounts(404) },
  'PUT /api/users/{id}/block': { expected: accounts(204) },
  'DELETE /api/users/{id}/block': { expected: accounts(204) },

  'POST /api/groups': { expected: accounts(201), body: () => ({ name: 'Mine' }) },
  'GET /api/groups': { expected: accounts(200) },
  'GET /api/groups/{id}': { expected: members(200) },
  'PATCH /api/groups/{id}': { expected: admins(200), body: () => ({ description: '' }) },
  'DELETE /api/groups/{id}': { expected: owners(204), changes: true },
  'GET /api/groups/{id}/members': { expected: members(200) },
  'PATCH /api/groups/{id}/members/{user_id}': { expected: admins(200), body: () => ({ role: 'member' }) },
  'DELETE /api/groups/{id}/members/{user_id}': { expected: moderators(204), changes: true },
  'POST /api/groups/{id}/leave': { expected: [...members(204).slice(0, -1), 409], changes: true },
  'POST /api/groups/{id}/transfer': {
    expected: owners(200),
    body: ({ target }) => ({ user_id: target }),
    changes: true,
  },
  'PUT /api/groups/{id}/bans/{user_id}': { expected: moderators(200), body: () => ({}), changes: true },
  'DELETE /api/groups/{id}/bans/{user_id}': { expected: moderators(404) },
  'GET /api/groups/{id}/bans': { expected: moderators(200) },
  'GET /api/groups/{id}/audit-log': { expected: admins(200) },
  'GET /api/groups/{id}/presence': { expected: members(200) },
  'POST /api/groups/{id}/invites': { expected: admins(201), body: () => ({}) },
  'GET /api/groups/{id}/invites': { expected: admins(200) },
  'DELETE /api/invites/{code}': { expected: admins(204), changes: true },
  'POST /api/invites/{code}/accept': {
    expected: [401, 401, 403, 200, 200, 200, 403, 200, 200, 200, 200],
    changes: true,
  },

  'POST /api/groups/{id}/channels': { expected: admins(201), body: () => ({ name: 'new' }) },
  'GET /api/groups/{id}/channels': { expected: members(200) },
  'GET /api/channels/{id}': { expected: members(200) },
  'PATCH /api/channels/{id}': { expected: admins(200), body: () => ({ topic: '' }) },
  'DELETE /api/channels/{id}': { expected: admins(204), changes: true },
  'GET /api/channels/{id}/presence': { expected: members(200) },
  'PUT /api/channels/{id}/read': { expected: members(200), body: () => ({ seq: 0 }) },
  'POST /api/channels/{id}/messages': { expected: members(201), body: () => ({ content: 'hello' }) },
  'GET /api/channels/{id}/messages': { expected: members(200) },
  'GET /api/channels/{id}/changes': { expected: members(200) },
  'GET /api/messages/{id}': { expected: members(200) },
  // The sender's alone, who is none of the callers.
  'PATCH /api/messages/{id}': { expected: members(403), body: () => ({ content: 'not mine' }) },
  'DELETE /api/messages/{id}': { expected: moderators(200), changes: true },
  'GET /api/messages/{id}/replies': { expected: members(200) },
  'GET /api/messages/{id}/history': { expected: moderators(200) },
  'PUT /api/messages/{id}/reactions/{emoji}': { expected: members(200) },
  'DELETE /api/messages/{id}/reactions/{emoji}': { expected: members(200) },
  'GET /api/messages/{id}/reactions/{emoji}': { expected: members(200) },
  'GET /api/channels/{id}/pins': { expected: members(200) },
  'PUT /api/channels/{id}/pins/{message_id}': { expected: moderators(200) },
  'DELETE /api/channels/{id}/pins/{message_id}': { expected: moderators(200) },

  'POST /api/attachments': { expected: accounts(400), body: () => ({}) },
  'GET /api/attachments/{id}': { expected: accounts(404), path: () => `/attachments/${randomUUID()}` },
  'DELETE /api/attachments/{id}': { expected: accounts(404), path: () => `/attachments/${randomUUID()}` },

  // Each in a conversation of their own with the target.
  'GET /api/dms': { expected: accounts(200) },
  'POST /api/dms/{user_id}/messages': { expected: accounts(201), body: () => ({ content: 'hello' }) },
  'GET /api/dms/{user_id}/messages': { expected: accounts(200) },
  'GET /api/dms/{user_id}/changes': { expected: accounts(200) },
  'PUT /api/dms/{user_id}/read': { expected: accounts(200), body: () => ({ seq: 0 }) },

  'GET /api/search/messages': { expected: accounts(200), path: () => '/search/messages?q=hello' },

  'GET /api/lobby/stats': { expected: guestsToo(200) },
  'GET /api/lobby/rooms': { expected: guestsToo(200) },
  'GET /api/ice-servers': { expected: guestsToo(200) },
  'PUT /api/live/{topic}': { expected: accounts(200), body: () => 1, path: newTopic },
  'GET /api/live/{topic}': { expected: [404, 401, ...everyone(404).slice(2)], path: newTopic },
  'DELETE /api/live/{topic}': { expected: accounts(404), path: newTopic },
  'GET /api/live/{topic}/rules': { expected: [404, 401, ...everyone(404).slice(2)], path: newTopic },
  'PUT /api/live/{topic}/rules': { expected: accounts(200), body: () => ({}), path: newTopic },

  ...roomRoutes('rooms'),
  ...roomRoutes('meetings'),
  ...roomRoutes('calls'),

  'GET /health/live': { expected: everyone(200) },
  'GET /health/ready': { expected: everyone(200) },
  'GET /metrics': { expected: everyone(200) },
};

let app: TestApp;
let cast: MatrixCast;
let routes: string[];

beforeAll(async () => {
  app = await startTestApp({ env: { GUESTS_ENABLED: '1' } });
  cast = await matrixCast(app);
  const document = (await (await fetch(`${app.url}/api/docs-json`)).json()) as OpenAPIObject;
  routes = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
});
afterAll(() => app.close());

function pathOf(route: string, scene: MatrixScene): string {
  const [, path] = route.split(' ') as [string, string];
  const ids: Record<string, string> = {
    groups: scene.groupId,
    channels: scene.channelId,
    messages: scene.messageId,
    users: scene.target,
    invites: scene.code,
    dms: scene.target,
  };
  return path
    .replace(/^\/api\/(\w+)\/\{\w+\}/, (_, thing: string) => `/api/${thing}/${ids[thing] ?? '-'}`)
    .replace('{user_id}', scene.target)
    .replace('{message_id}', scene.messageId)
    .replace('{emoji}', encodeURIComponent('👍'))
    .replace(/^\/api/, '');
}

async function credentials(caller: Caller, { endsSessions }: Row): Promise<{ token?: string }> {
  const isAccount = CALLERS.indexOf(caller) > CALLERS.indexOf('guest');
  return endsSessions && isAccount ? { token: (await registerAccount(app.api)).token } : tokenOf(cast, caller);
}

describe('Every route against every kind of caller (Z1)', () => {
  it('has a row for each route, and no row for what is no route', () => {
    expect(routes.filter((route) => !(route in MATRIX))).toEqual([]);
    expect(Object.keys(MATRIX).filter((route) => !routes.includes(route))).toEqual([]);
  });

  it.each(Object.entries(MATRIX))('%s', async (route, row) => {
    const newScene = async () => {
      const made = await matrixScene(app, cast);
      await row.prepare?.(made);
      return made;
    };
    let scene = await newScene();
    const [method, path] = route.split(' ') as [string, string];
    const statuses: Record<string, number> = {};
    for (const caller of CALLERS) {
      const by = await credentials(caller, row);
      const answer = path.startsWith('/api')
        ? await app.api.send(method, row.path?.(scene) ?? pathOf(route, scene), row.body?.(scene), by)
        : { status: (await fetch(`${app.url}${path}`)).status, body: undefined };
      statuses[caller] = answer.status;
      if (answer.status >= 400) expect(JSON.stringify(answer.body), caller).not.toContain(scene.secret);
      else if (row.changes) scene = await newScene();
    }
    expect(statuses).toEqual(Object.fromEntries(CALLERS.map((caller, index) => [caller, row.expected[index]])));
  });
});
