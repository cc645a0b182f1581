import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnreliableCluster } from '../../test/support/unreliable-topics.js';
import { BackgroundTasks } from '../common/background-tasks.js';
import { DomainEventMap, DomainEvents } from '../common/domain-events.js';
import { ConversationId, GroupId, Ids, SessionId, UserId } from '../common/ids.js';
import { ManualClock } from '../common/manual-clock.js';
import { EventBridge } from './event-bridge.js';
import { LocalCluster } from './local-cluster.js';

type Told = { [K in keyof DomainEventMap]: [name: K, event: DomainEventMap[K]] }[keyof DomainEventMap];

const ids = new Ids();
const NAMES: Record<keyof DomainEventMap, true> = {
  'user.renamed': true,
  'session.revoked': true,
  'group.member_joined': true,
  'group.member_removed': true,
  'group.member_role_changed': true,
  'group.deleted': true,
  'room.access_changed': true,
  'meeting.changed': true,
  'call.changed': true,
  'channel.created': true,
  'channel.updated': true,
  'group.updated': true,
  'conversation.read': true,
  'user.blocked': true,
  'user.unblocked': true,
  'channel.deleted': true,
};

let clock: ManualClock;
let cluster: UnreliableCluster;
let nodes: Node[];
beforeEach(() => {
  clock = new ManualClock();
  cluster = new UnreliableCluster(new LocalCluster(clock));
  nodes = [];
});
afterEach(() => {
  for (const { bridge } of nodes) bridge.onApplicationShutdown();
  expect(cluster.topics.subscriptions, 'topic subscriptions left').toBe(0);
  expect(clock.pending, 'timers left').toBe(0);
});

class Node {
  readonly events = new DomainEvents();
  readonly told: Told[] = [];
  readonly bridge = new EventBridge(cluster, this.events, new BackgroundTasks(), clock, ids);

  constructor() {
    for (const name of Object.keys(NAMES) as (keyof DomainEventMap)[])
      this.events.on(name, (event) => {
        this.told.push([name, event] as Told);
      });
    nodes.push(this);
  }

  async start(): Promise<this> {
    await this.bridge.onApplicationBootstrap();
    return this;
  }
}

/** What topics deliver, they deliver in later turns. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('EventBridge', () => {
  const userId = ids.next<UserId>();
  const groupId = ids.next<GroupId>();
  const conversationId = ids.next<ConversationId>();
  const ended: DomainEventMap['session.revoked'] = { userId, sessionIds: [ids.next<SessionId>()], reason: 'logout' };
  const ringing: DomainEventMap['call.changed'] = {
    callId: ids.next(),
    conversationId,
    callerId: userId,
    callerName: 'ada',
    calleeId: ids.next(),
    media: null,
    phase: 'ringing',
    startedAt: '2030-01-01T00:00:00.000Z',
    expiresAt: '2030-01-01T00:00:45.000Z',
    acceptedAt: null,
    acceptedBy: null,
    endedAt: null,
  };

  it('tells each node once, the publisher’s before the publisher goes on', async () => {
    const [here, there] = [await new Node().start(), await new Node().start()];
    await here.events.publish('session.revoked', ended);
    expect(here.told).toEqual([['session.revoked', ended]]);
    await settled();
    expect(there.told).toEqual([['session.revoked', ended]]);
    expect(here.told).toHaveLength(1);
  });

  it('carries everything to the other nodes', async () => {
    const [here, there] = [await new Node().start(), await new Node().start()];
    const conversationIds = [conversationId];
    const carried: Told[] = [
      ['user.renamed', { userId, username: 'ada' }],
      ['session.revoked', ended],
      ['group.member_removed', { groupId, userId, conversationIds }],
      ['group.member_role_changed', { groupId, userId, conversationIds: [] }],
      ['group.deleted', { groupId, conversationIds }],
      ['room.access_changed', { kind: 'meeting', roomId: 'daily' }],
      ['meeting.changed', { roomId: 'daily' }],
      ['call.changed', ringing],
      ['call.changed', { ...ringing, phase: 'accepted', acceptedAt: ringing.expiresAt, acceptedBy: ids.next() }],
      ['channel.created', { groupId, conversationId }],
      ['channel.updated', { groupId, conversationId }],
      ['group.updated', { groupId }],
      ['group.member_joined', { groupId, userId }],
      ['conversation.read', { conversationId, userId, lastReadSeq: 7 }],
      ['user.blocked', { blockerId: userId, blockedId: ids.next() }],
      ['user.unblocked', { blockerId: userId, blockedId: ids.next() }],
      ['channel.deleted', { groupId, conversationId }],
    ];
    expect(new Set(carried.map(([name]) => name))).toEqual(new Set(Object.keys(NAMES)));
    for (const [name, event] of carried) await here.events.publish(name, event);
    await settled();
    expect(there.told).toEqual(carried);
    expect(here.told).toEqual(carried);
  });

  it('does not carry further what a node has found out by itself', async () => {
    const [here, there] = [await new Node().start(), await new Node().start()];
    await here.events.tellHere('session.revoked', ended);
    await settled();
    expect(here.told).toHaveLength(1);
    expect(there.told).toEqual([]);
  });

  it('ignores what is no event, is unknown, or has not its shape', async () => {
    const node = await new Node().start();
    const from = 'another node';
    for (const message of [
      null,
      'session.revoked',
      { from, name: 'session.revoked' },
      { from, name: 'session.revoked', event: { ...ended, sessionIds: ['x'] } },
      { from, name: 'session.revoked', event: { ...ended, sessionIds: { 0: userId } } },
      { from, name: 'group.renamed', event: { groupId, userId } },
      { from, name: 'toString', event: {} },
      { from, name: 'meeting.ended', event: {} },
      { name: 'session.revoked', event: ended },
    ])
      await cluster.topics.publish('domain-events', message);
    await cluster.topics.publish('domain-events', { from, name: 'session.revoked', event: { ...ended, since: 1 } });
    await settled();
    expect(node.told).toEqual([['session.revoked', ended]]);
  });

  it('does not keep the publisher waiting, or fail it, when the backplane does', async () => {
    const node = await new Node().start();
    cluster.topics.publish = () => new Promise(() => undefined);
    await node.events.publish('session.revoked', ended);
    cluster.topics.publish = () => Promise.reject(new Error('away'));
    await node.events.publish('session.revoked', ended);
    expect(node.told).toHaveLength(2);
  });

  it('starts while the backplane is away, and hears the others once it is back', async () => {
    cluster.topics.away = true;
    const there = await new Node().start();
    cluster.topics.away = false;
    const here = await new Node().start();
    clock.advance(1000);
    await settled();
    await here.events.publish('session.revoked', ended);
    await settled();
    expect(there.told).toEqual([['session.revoked', ended]]);
  });
});
