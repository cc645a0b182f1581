import { registerAccount } from './accounts.js';
import type { Account } from './accounts.js';
import type { TestApp } from './test-app.js';

/** Every kind of caller, from the one who may least. */
export const CALLERS = [
  'anonymous',
  'deactivated',
  'guest',
  'outsider',
  'other_owner',
  'removed',
  'banned',
  'member',
  'moderator',
  'admin',
  'owner',
] as const;
export type Caller = (typeof CALLERS)[number];
/** A status for each of `CALLERS`, in their order. */
export type Statuses = readonly number[];

const NO_ACCOUNT = [401, 401, 403];
const ACCOUNTS = CALLERS.length - NO_ACCOUNT.length;
const STRANGERS = 4;
const times = (status: number, count: number): number[] => Array.from({ length: count }, () => status);

export const everyone = (status: number): Statuses => times(status, CALLERS.length);
export const guestsToo = (status: number): Statuses => [401, 401, ...times(status, CALLERS.length - 2)];
export const accounts = (status: number): Statuses => [...NO_ACCOUNT, ...times(status, ACCOUNTS)];
const ofRole =
  (tooLow: number) =>
  (status: number): Statuses => [
    ...NO_ACCOUNT,
    ...times(404, STRANGERS),
    ...times(403, tooLow),
    ...times(status, ACCOUNTS - STRANGERS - tooLow),
  ];
export const members = ofRole(0);
export const moderators = ofRole(1);
export const admins = ofRole(2);
export const owners = ofRole(3);

/** The users of the matrix: each of its groups has the same ones, and one more to act on. */
export type MatrixCast = Record<Exclude<Caller, 'anonymous' | 'guest'> | 'target', Account> & { guest: string };

export async function matrixCast(app: TestApp): Promise<MatrixCast> {
  const names = [...CALLERS.filter((name) => name !== 'anonymous' && name !== 'guest'), 'target'] as const;
  const entries = await Promise.all(names.map(async (name) => [name, await registerAccount(app.api)] as const));
  const { body } = await app.api.post('/auth/guest', {});
  const cast = { ...Object.fromEntries(entries), guest: (body as { access_token: string }).access_token } as MatrixCast;
  await app.sql('UPDATE users SET deactivated_at = now() WHERE id = $1', [cast.deactivated.id]);
  await app.api.post('/groups', { name: 'Elsewhere' }, cast.other_owner);
  return cast;
}

export function tokenOf(cast: MatrixCast, caller: Caller): { token?: string } {
  if (caller === 'anonymous') return {};
  return { token: caller === 'guest' ? cast.guest : cast[caller].token };
}

/** What the routes of a row act on; `secret` is in everything of it that only members may know. */
export interface MatrixScene {
  secret: string;
  groupId: string;
  channelId: string;
  messageId: string;
  code: string;
  target: string;
}

let scenes = 0;

export async function matrixScene(app: TestApp, cast: MatrixCast): Promise<MatrixScene> {
  const secret = `sesame-${++scenes}-`;
  const post = async (path: string, body: object, by = cast.owner) =>
    (await app.api.post(path, body, by)).body as Record<string, string>;
  const groupId = (await post('/groups', { name: secret }))['id']!;
  const roles = { moderator: 'moderator', admin: 'admin', member: 'member', target: 'member', deactivated: 'member' };
  const ids = Object.keys(roles).map((name) => cast[name as 'member'].id);
  await app.sql(
    `INSERT INTO group_members (group_id, user_id, role, joined_at) SELECT $1, u.id, u.role, now()
       FROM unnest($2::uuid[], $3::text[]) AS u (id, role)`,
    [groupId, ids, Object.values(roles)],
  );
  await app.api.put(`/groups/${groupId}/bans/${cast.banned.id}`, {}, cast.owner);
  const channelId = (await post(`/groups/${groupId}/channels`, { name: secret }))['id']!;
  const messageId = (await post(`/channels/${channelId}/messages`, { content: secret }, cast.target))['id']!;
  const code = (await post(`/groups/${groupId}/invites`, {}))['code']!;
  return { secret, groupId, channelId, messageId, code, target: cast.target.id };
}
