import { expectOk } from './scene.js';
import type { Actor } from './scene.js';
import type { ReceivedEvent, SocketClient } from './socket-client.js';

export interface KeptMessage {
  id: string;
  seq: number;
  rev: number;
  reactions: { emoji: string; count: number }[];
  [field: string]: unknown;
}

/** How a client that was away learns what it has missed. */
export type Return = 'resume' | 'feed';

/** What is left of a message that was deleted, to one who knew it. */
const TOMBSTONE = { content: '', mentions: [], attachments: [], reactions: [], pinned: false, edited_at: null };

/** A client as its author would write it: it keeps a channel's messages by id, and applies what it is told, in order. */
export class LogKeeper {
  private readonly messages = new Map<string, KeptMessage>();
  private position = { since: 0, epoch: '' };
  private client: SocketClient | undefined;
  private applied = 0;

  constructor(
    private readonly user: Actor,
    private readonly channelId: string,
  ) {}

  get isHere(): boolean {
    return this.client !== undefined;
  }

  get inOrder(): KeptMessage[] {
    return [...this.messages.values()].sort((a, b) => a.seq - b.seq);
  }

  /** Connects, having been away, or for the first time. */
  async comeBack(how: Return): Promise<void> {
    if (how === 'feed') await this.readFeed();
    const { since, epoch } = this.position;
    this.client = await this.user.channel(this.channelId, { since: String(since), ...(epoch && { epoch }) });
    this.applied = 0;
    const { complete } = await this.client.next('resumed');
    if (complete !== true) throw new Error('The resume was not complete.');
  }

  /** Loses the connection, and of what has arrived the last part with it. */
  drop(share: number): void {
    this.apply(share);
    this.client?.terminate();
    this.client = undefined;
  }

  /** Waits until it has been told of a change, and applies everything. */
  async upTo(rev: number): Promise<void> {
    await this.client?.next((event) => event['rev'] === rev && event.type !== 'ack', 15_000);
    this.apply(1);
  }

  private apply(share: number): void {
    const { seen } = this.client ?? { seen: [] };
    const until = Math.floor(seen.length * share);
    for (; this.applied < until; this.applied++) this.take(seen[this.applied]!);
  }

  private async readFeed(): Promise<void> {
    for (let more = true; more;) {
      const path = `/channels/${this.channelId}/changes?since=${this.position.since}&limit=7`;
      const page = expectOk(await this.user.api.get(path)) as {
        items: KeptMessage[];
        last_seq: number;
        epoch: string;
        has_more: boolean;
      };
      for (const message of page.items) this.messages.set(message.id, message);
      more = page.has_more;
      this.position = { since: more ? page.items.at(-1)!.rev : page.last_seq, epoch: page.epoch };
    }
  }

  private take({ type, ...event }: ReceivedEvent): void {
    if (type === 'connected') this.position.epoch ||= event['epoch'] as string;
    const rev = event['rev'] as number | undefined;
    if (rev === undefined || type === 'ack') return;
    if (rev <= this.position.since) throw new Error(`${type} ${rev} after ${this.position.since}`);
    this.position.since = rev;
    const id = (event['message_id'] ?? event['id']) as string;
    const known = this.messages.get(id);
    if ((type === 'message') === (known !== undefined))
      throw new Error(`${type} ${rev} of one that is ${known ? '' : 'not '}known`);
    this.messages.set(id, known === undefined ? (event as unknown as KeptMessage) : changed(known, type, event));
  }
}

function changed(known: KeptMessage, type: string, event: Record<string, unknown>): KeptMessage {
  const rev = event['rev'] as number;
  switch (type) {
    case 'message_updated':
      return event as unknown as KeptMessage;
    case 'message_deleted':
      return { ...known, ...TOMBSTONE, rev, deleted_at: event['deleted_at'] };
    case 'reaction_added':
    case 'reaction_removed': {
      const { emoji, count } = event as { emoji: string; count: number };
      const isThere = known.reactions.some((each) => each.emoji === emoji);
      const reactions = isThere
        ? known.reactions.map((each) => (each.emoji === emoji ? { emoji, count } : each))
        : [...known.reactions, { emoji, count }];
      return { ...known, rev, reactions: reactions.filter((each) => each.count > 0) };
    }
    default:
      throw new Error(`unexpected ${type}`);
  }
}

/** What a client that has nothing loads, page by page. */
export async function freshLoad(user: Actor, channelId: string): Promise<KeptMessage[]> {
  const messages: KeptMessage[] = [];
  for (let after: string | null = '0'; after !== null;) {
    const page = expectOk(await user.api.get(`/channels/${channelId}/messages?limit=100&after_seq=${after}`)) as {
      items: KeptMessage[];
      next_cursor: string | null;
    };
    messages.push(...page.items);
    after = page.next_cursor;
  }
  return messages;
}
