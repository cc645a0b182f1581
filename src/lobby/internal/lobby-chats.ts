import { Injectable } from '@nestjs/common';
import { Cluster } from '../../cluster/cluster.js';
import type { Cancel } from '../../common/clock.js';
import { Clock } from '../../common/clock.js';
import { Ids } from '../../common/ids.js';
import type { MessageId, UserId } from '../../common/ids.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import type { Chat, ChatMessage } from '../lobby-chat.js';
import type { LobbyMessage } from '../persistence/lobby-message.entity.js';
import { LobbyMessageRepository } from '../persistence/lobby-message.repository.js';

const SHOWN = 20;
const KEPT = 1000;
/** No room lives for so long; the messages of one that was forgotten go then. */
const ORPHANED_MS = 30 * 86_400_000;

type ChatListener = (message: ChatMessage) => void;

interface OpenChat {
  listeners: Set<ChatListener>;
  subscription: Promise<Cancel>;
}

export interface ChatAuthor {
  id: string;
  name: string;
}

/** The chats of lobbies: stored, and told to who has joined them on every node. */
@Injectable()
export class LobbyChats {
  private readonly open = new Map<string, OpenChat>();

  constructor(
    private readonly messages: LobbyMessageRepository,
    private readonly transactions: TransactionRunner,
    private readonly cluster: Cluster,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  /** Resolves once the listener gets what is said from now on, on any node. Returns its own undo. */
  async join(namespace: string, chat: Chat, listener: ChatListener): Promise<Cancel> {
    const topic = topicOf(namespace, chat);
    const open = this.open.get(topic) ?? this.subscribe(topic);
    open.listeners.add(listener);
    const leave = () => {
      open.listeners.delete(listener);
      this.closeIdle(topic, open);
    };
    try {
      await open.subscription;
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** The last 20, oldest first. @throws Unavailable */
  async recent(namespace: string, { roomId, life }: Chat): Promise<ChatMessage[]> {
    const rows = await this.transactions.read((tx) => this.messages.latest(tx, namespace, life, SHOWN));
    return rows.reverse().map((row) => viewOf(row, roomId));
  }

  /** Stores the message, then tells everyone in the chat. @throws Unavailable */
  async say(namespace: string, chat: Chat, author: ChatAuthor, text: string): Promise<ChatMessage> {
    const row: LobbyMessage = {
      id: this.ids.next<MessageId>(),
      namespace,
      roomLife: chat.life,
      userId: author.id as UserId,
      username: author.name,
      text: text.trim(),
      createdAt: this.clock.date(),
    };
    await this.transactions.run((tx) => this.messages.insert(tx, row));
    const message = Object.freeze(viewOf(row, chat.roomId));
    await this.cluster.topics.publish(topicOf(namespace, chat), message);
    return message;
  }

  async forgetRoom(namespace: string, life: string): Promise<void> {
    await this.transactions.run((tx) => this.messages.deleteOfRoom(tx, namespace, life));
  }

  /** Keeps the table from growing for ever. */
  async prune(namespaces: readonly string[]): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.messages.deleteOfRoomsBefore(tx, new Date(this.clock.now() - ORPHANED_MS));
      for (const namespace of namespaces) await this.messages.deleteAllBut(tx, namespace, KEPT);
    });
  }

  private subscribe(topic: string): OpenChat {
    const listeners = new Set<ChatListener>();
    const subscription = this.cluster.topics.subscribe(topic, (message) => {
      for (const listener of [...listeners]) listener(message as unknown as ChatMessage);
    });
    const open = { listeners, subscription };
    this.open.set(topic, open);
    return open;
  }

  private closeIdle(topic: string, open: OpenChat): void {
    if (open.listeners.size > 0 || this.open.get(topic) !== open) return;
    this.open.delete(topic);
    open.subscription.then(
      (cancel) => {
        cancel();
      },
      () => undefined,
    );
  }
}

function topicOf(namespace: string, { life }: Chat): string {
  return `lobby:${namespace}:chat:${life ?? ''}`;
}

function viewOf({ id, userId, username, text, createdAt }: LobbyMessage, roomId: string): ChatMessage {
  return { id, roomId, userId, username, text, createdAt: createdAt.toISOString() };
}
