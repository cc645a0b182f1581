import { randomUUID } from 'node:crypto';
import { ApiClient, ApiResponse } from './api-client.js';
import { ReceivedEvent, SocketClient } from './socket-client.js';
import type { TestApp } from './test-app.js';

export const PASSWORD = 'a long enough password';

/** A registered user with a session, and what tests let it do. */
export class Actor {
  constructor(
    private readonly app: Pick<TestApp, 'api' | 'wsUrl'>,
    readonly id: string,
    readonly username: string,
    readonly token: string,
    readonly refreshToken: string,
  ) {}

  /** The same user, with the same tokens, at another node. */
  on(app: Pick<TestApp, 'api' | 'wsUrl'>): Actor {
    return new Actor(app, this.id, this.username, this.token, this.refreshToken);
  }

  /** The same user in another session. */
  withTokens(token: string, refreshToken: string): Actor {
    return new Actor(this.app, this.id, this.username, token, refreshToken);
  }

  get api(): ApiClient {
    return this.app.api.as(this.token);
  }

  /** Connects to a path with the access token, and waits for `connected`, leaving what came before it queued. */
  async connect(path: string, query: Record<string, string> = {}): Promise<SocketClient> {
    const client = await this.dial(path, query);
    await client.until('connected');
    return client;
  }

  /** Connects and waits for nothing but the handshake. */
  dial(path: string, query: Record<string, string> = {}): Promise<SocketClient> {
    const search = new URLSearchParams({ ...query, token: this.token }).toString();
    return SocketClient.connect(`${this.app.wsUrl}${path}?${search}`);
  }

  channel(channelId: string, query: Record<string, string> = {}): Promise<SocketClient> {
    return this.connect(`/ws/channel/${channelId}`, query);
  }

  dm(other: Actor | string, query: Record<string, string> = {}): Promise<SocketClient> {
    return this.connect(`/ws/dm/${typeof other === 'string' ? other : other.id}`, query);
  }
}

/** Registers a user under a name that no other test has; its username starts with `name`. */
export async function register(app: Pick<TestApp, 'api' | 'wsUrl'>, name = 'user'): Promise<Actor> {
  const username = `${name}_${randomUUID().slice(0, 8)}`;
  const answer = await app.api.post('/auth/register', {
    username,
    email: `${username}@example.org`,
    password: PASSWORD,
  });
  const { user, access_token, refresh_token } = expectOk(answer) as {
    user: { id: string };
    access_token: string;
    refresh_token: string;
  };
  return new Actor(app, user.id, username, access_token, refresh_token);
}

export interface ChannelScene<Name extends string> {
  /** Who made the group. */
  owner: Actor;
  members: Record<Name, Actor>;
  groupId: string;
  channelId: string;
}

/** A group with a channel, its owner, and members by name. */
export async function channelScene<Name extends string>(
  app: Pick<TestApp, 'api' | 'wsUrl'>,
  { members, type = 'TEXT' }: { members: readonly Name[]; type?: 'TEXT' | 'VOICE' | 'VIDEO' },
): Promise<ChannelScene<Name>> {
  const owner = await register(app, 'owner');
  const { id: groupId } = expectOk(await owner.api.post('/groups', { name: 'A group' })) as { id: string };
  const { id: channelId } = expectOk(
    await owner.api.post(`/groups/${groupId}/channels`, { name: 'general', type }),
  ) as { id: string };
  const actors = {} as Record<Name, Actor>;
  for (const name of members) {
    actors[name] = await register(app, name);
    await join(owner, actors[name], groupId);
  }
  return { owner, members: actors, groupId, channelId };
}

/** Lets a user into a group by an invite of the owner's. */
export async function join(owner: Actor, user: Actor, groupId: string): Promise<void> {
  const { code } = expectOk(await owner.api.post(`/groups/${groupId}/invites`, {})) as { code: string };
  expectOk(await user.api.post(`/invites/${code}/accept`, {}));
}

/** The body of an answer that must have succeeded. */
export function expectOk(answer: ApiResponse): unknown {
  if (answer.status >= 400) throw new Error(`HTTP ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** The types of events, in order. */
export function typesOf(events: readonly ReceivedEvent[]): string[] {
  return events.map(({ type }) => type);
}
