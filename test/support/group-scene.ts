import type { ChannelDto } from '../../src/channels/dto/channel.dto.js';
import type { GroupDto } from '../../src/groups/dto/group.dto.js';
import type { InviteDto } from '../../src/groups/dto/invite.dto.js';
import type { Page } from '../../src/infra/http/page.js';
import { Account, registerAccount } from './accounts.js';
import type { ApiResponse } from './api-client.js';
import type { TestApp } from './test-app.js';

const CALLERS = ['anonymous', 'stranger', 'member', 'moderator', 'admin', 'owner'] as const;
export type CallerName = (typeof CALLERS)[number];
export type Cast = Record<Exclude<CallerName, 'anonymous'> | 'bystander', Account>;

/** A group with one member of each role, a bystander (a plain member) to act on, a channel and an invite. */
export interface GroupScene {
  id: string;
  channelId: string;
  code: string;
}

/** The users of a test file: each of its groups has the same ones. */
export async function castOf({ api }: TestApp): Promise<Cast> {
  const names = ['stranger', 'member', 'moderator', 'admin', 'owner', 'bystander'] as const;
  const accounts = await Promise.all(names.map(async (name) => [name, await registerAccount(api)] as const));
  return Object.fromEntries(accounts) as Cast;
}

export async function groupOf({ api }: TestApp, cast: Cast): Promise<GroupScene> {
  const owner = { token: cast.owner.token };
  const { id } = await answerOf<GroupDto>(api.post('/groups', { name: 'Book club' }, owner));
  const { code } = await answerOf<InviteDto>(api.post(`/groups/${id}/invites`, {}, owner));
  const join = (name: keyof Cast) =>
    answerOf(api.post(`/invites/${code}/accept`, undefined, { token: cast[name].token }));
  await Promise.all([join('admin'), join('moderator'), join('member'), join('bystander')]);
  for (const role of ['admin', 'moderator'] as const)
    await answerOf(api.patch(`/groups/${id}/members/${cast[role].id}`, { role }, owner));
  const channel = await answerOf<ChannelDto>(api.post(`/groups/${id}/channels`, { name: 'general' }, owner));
  return { id, channelId: channel.id, code };
}

export type Act = (scene: GroupScene, as: { token?: string }) => Promise<ApiResponse>;

/** The status that each caller gets for the same act, each in a fresh group. */
export async function statusesOf(app: TestApp, cast: Cast, act: Act): Promise<Record<CallerName, number>> {
  const statuses: [CallerName, number][] = [];
  for (const name of CALLERS) {
    const scene = await groupOf(app, cast);
    const response = await act(scene, name === 'anonymous' ? {} : { token: cast[name].token });
    statuses.push([name, response.status]);
  }
  return Object.fromEntries(statuses) as Record<CallerName, number>;
}

/** `[401, 404, …]` in the order of `CALLERS`. */
export function expectedStatuses(statuses: readonly number[]): Record<CallerName, number> {
  return Object.fromEntries(CALLERS.map((name, index) => [name, statuses[index]])) as Record<CallerName, number>;
}

/** Every item of a list, read in pages of `limit`. */
export async function allPages<T>({ api }: TestApp, path: string, limit: number, token: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page: Page<T> = await answerOf(api.get(`${path}?limit=${limit}${query}`, { token }));
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return items;
}

/** The body of an answer that must not be an error. */
export async function answerOf<T>(request: Promise<ApiResponse>): Promise<T> {
  const answer = await request;
  if (answer.status > 204) throw new Error(`Answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body as T;
}
