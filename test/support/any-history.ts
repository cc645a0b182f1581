import fc from 'fast-check';
import { expect } from 'vitest';
import { Cluster } from '../../src/cluster/cluster.js';
import type { Json } from '../../src/cluster/cluster.js';
import { freshLoad, LogKeeper } from './log-keeper.js';
import type { Return } from './log-keeper.js';
import { channelScene, expectOk } from './scene.js';
import type { Actor } from './scene.js';
import type { SocketClient } from './socket-client.js';
import type { TestApp } from './test-app.js';

const CHANGES = ['send', 'reply', 'mention', 'edit', 'delete', 'react', 'unreact', 'pin', 'unpin'] as const;
const EMOJI = ['👍', '❤️', '🎉'];
const PEOPLE = 3;

interface Step {
  change: (typeof CHANGES)[number];
  who: number;
  /** Which of the messages, counted from the latest. */
  target: number;
  emoji: number;
  /** Over REST, or over a socket. */
  rest: boolean;
  /** Whether the nodes hear of it. */
  told: boolean;
}

interface Absence {
  who: number;
  /** Of what has arrived, what the client has applied when its connection ends. */
  share: number;
  how: Return;
}

/** Rounds of changes that come together; before each, a client may go, and one that is away comes back. */
const HISTORY = fc.array(
  fc.record({
    absence: fc.option(
      fc.record<Absence>({
        who: fc.nat(PEOPLE - 1),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        how: fc.constantFrom('resume', 'feed'),
      }),
    ),
    steps: fc.array(
      fc.record<Step>({
        change: fc.constantFrom(...CHANGES),
        who: fc.nat(PEOPLE - 1),
        target: fc.nat(5),
        emoji: fc.nat(EMOJI.length - 1),
        rest: fc.boolean(),
        told: fc.integer({ min: 0, max: 9 }).map((n) => n > 2),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  }),
  { minLength: 3, maxLength: 12 },
);

/** Loses what the nodes tell each other, and themselves, of the logs while `told` is false. Returns its own undo. */
function lossy(nodes: readonly TestApp[], hears: { told: boolean }): () => void {
  const undo = nodes.map(({ app }) => {
    const { topics } = app.get(Cluster);
    const publish = topics.publish.bind(topics);
    topics.publish = (topic: string, message: Json) =>
      topic.startsWith('log:') && !hears.told ? Promise.resolve() : publish(topic, message);
    return () => {
      topics.publish = publish;
    };
  });
  return () => {
    for (const each of undo) each();
  };
}

class Stage {
  constructor(
    readonly channelId: string,
    readonly people: readonly Actor[],
    readonly sockets: readonly SocketClient[],
    readonly keepers: readonly LogKeeper[],
    readonly ids: string[] = [],
  ) {}

  static async of(nodes: readonly TestApp[]): Promise<Stage> {
    const { owner, members, channelId } = await channelScene(nodes[0]!, { members: ['alice', 'bob'] });
    const people = [owner, members.alice, members.bob].map((user, n) => user.on(nodes[n % nodes.length]!));
    const sockets = await Promise.all(people.map((user) => user.channel(channelId)));
    return new Stage(
      channelId,
      people,
      sockets,
      people.map((user) => new LogKeeper(user, channelId)),
    );
  }

  /** What may be refused, may be: a deleted message takes nothing, and not everyone may do everything. */
  async take({ change, who, target, emoji: n, rest }: Step): Promise<void> {
    const user = this.people[who]!;
    const id = this.ids.at(-1 - (target % Math.max(this.ids.length, 1)));
    const emoji = EMOJI[n]!;
    const draft = { content: change === 'mention' ? `@${this.people[target % PEOPLE]!.username}` : `${change} ${n}` };
    if (id === undefined || change === 'send' || change === 'mention') return this.send(who, rest, draft);
    if (change === 'reply') return this.send(who, rest, { ...draft, reply_to_id: id });
    if (!rest) {
      const type = {
        edit: 'message_edit',
        delete: 'message_delete',
        react: 'reaction_add',
        unreact: 'reaction_remove',
        pin: 'pin',
        unpin: 'unpin',
      }[change];
      await this.sockets[who]!.request({ type, message_id: id, content: `edited ${n}`, emoji }, 15_000);
      return;
    }
    const reaction = `/messages/${id}/reactions/${encodeURIComponent(emoji)}`;
    const pin = `/channels/${this.channelId}/pins/${id}`;
    const call = {
      edit: () => user.api.patch(`/messages/${id}`, { content: `edited ${n}` }),
      delete: () => user.api.delete(`/messages/${id}`),
      react: () => user.api.put(reaction),
      unreact: () => user.api.delete(reaction),
      pin: () => user.api.put(pin),
      unpin: () => user.api.delete(pin),
    }[change];
    expect((await call()).status).toBeLessThan(500);
  }

  close(): void {
    for (const socket of this.sockets) socket.terminate();
    for (const keeper of this.keepers) keeper.drop(0);
  }

  private async send(who: number, rest: boolean, draft: object): Promise<void> {
    const answer = rest
      ? ((await this.people[who]!.api.post(`/channels/${this.channelId}/messages`, draft)).body as { id?: string })
      : ((await this.sockets[who]!.request({ type: 'message', ...draft }, 15_000)) as { id?: string });
    if (answer.id !== undefined) this.ids.push(answer.id);
  }
}

/**
 * A client that keeps messages by id, and applies live events and, after random disconnects, the feed or the replay, has at
 * the end exactly what a fresh load gives, whatever was done and whatever the nodes did not hear of.
 */
export async function holdsForAnyHistory(
  nodes: readonly TestApp[],
  { runs, seed }: { runs: number; seed: number },
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(HISTORY, async (rounds) => {
      const hears = { told: true };
      const stage = await Stage.of(nodes);
      const undo = lossy(nodes, hears);
      try {
        for (const { absence, steps } of rounds) {
          if (absence) await move(stage.keepers[absence.who]!, absence);
          hears.told = steps.every(({ told }) => told);
          await Promise.all(steps.map((step) => stage.take({ ...step, rest: step.rest || !hears.told })));
        }
        hears.told = true;
        for (const keeper of stage.keepers) if (!keeper.isHere) await keeper.comeBack('resume');
        const [user] = stage.people;
        const last = expectOk(await user!.api.post(`/channels/${stage.channelId}/messages`, { content: 'last' })) as {
          rev: number;
        };
        await Promise.all(stage.keepers.map((keeper) => keeper.upTo(last.rev)));
        const fresh = await freshLoad(user!, stage.channelId);
        expect(fresh.at(-1)?.rev).toBe(last.rev);
        for (const keeper of stage.keepers) expect(keeper.inOrder).toEqual(fresh);
      } finally {
        undo();
        stage.close();
      }
    }),
    { numRuns: runs, seed, endOnFailure: true },
  );
}

async function move(keeper: LogKeeper, { share, how }: Absence): Promise<void> {
  if (keeper.isHere) keeper.drop(share);
  else await keeper.comeBack(how);
}
