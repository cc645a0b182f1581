import { Injectable, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Clock } from '../../common/clock.js';
import type { Cancel } from '../../common/clock.js';
import { PresenceService } from '../../presence/presence.service.js';
import { Broadcaster } from '../../realtime/broadcaster.js';
import type { PointerMove } from '../../unreads/unread.js';
import { UnreadsService } from '../../unreads/unreads.service.js';
import { channelAudience } from './channel-presence.js';
import { dmAudience } from './dm-audience.js';

/** A user is told of at most so often in a conversation, and then with the latest (protocol section 2). */
const EVERY_MS = 1000;
/** With more online, nobody is told. */
const MOST_ONLINE = 200;
/** In a crowd everybody reads: who is there is not asked for each of them. */
const CROWD_MEMORY_MS = 2000;
const CROWDS_REMEMBERED = 10_000;

interface Told {
  /** What came meanwhile. */
  next: PointerMove | undefined;
  end: Cancel;
}

/** Tells those connected to a conversation how far others have read it, whether that came over a socket or by REST. */
@Injectable()
export class ReadNotices implements OnModuleInit, OnApplicationShutdown {
  private stop: Cancel = () => undefined;
  private readonly told = new Map<string, Told>();
  private readonly crowded = new LRUCache<string, Promise<boolean>>({ max: CROWDS_REMEMBERED, ttl: CROWD_MEMORY_MS });

  constructor(
    private readonly unreads: UnreadsService,
    private readonly presence: PresenceService,
    private readonly broadcaster: Broadcaster,
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
  ) {}

  onModuleInit(): void {
    this.stop = this.unreads.onMoved((move) => {
      const told = this.told.get(keyOf(move));
      if (told) told.next = move;
      else this.tell(move);
    });
  }

  onApplicationShutdown(): void {
    this.stop();
    for (const { end } of this.told.values()) end();
  }

  private tell(move: PointerMove): void {
    const key = keyOf(move);
    const end = this.clock.after(EVERY_MS, () => {
      const next = this.told.get(key)?.next;
      this.told.delete(key);
      if (next) this.tell(next);
    });
    this.told.set(key, { next: undefined, end });
    this.tasks.run('tell who has read', () => this.publish(move));
  }

  private async publish({ conversationId, userId, lastReadSeq, kind }: PointerMove): Promise<void> {
    const audience = kind === 'channel' ? channelAudience(conversationId) : dmAudience(conversationId);
    if (await this.isCrowded(audience)) return;
    const event = { user_id: userId, last_read_seq: lastReadSeq };
    await this.broadcaster.publish(
      audience,
      kind === 'channel'
        ? { type: 'read', ...event, channel_id: conversationId }
        : { type: 'dm_read', ...event, conversation_id: conversationId },
    );
  }

  private isCrowded(audience: string): Promise<boolean> {
    const known = this.crowded.get(audience);
    if (known) return known;
    const asked = this.presence.read([audience]).then(({ total }) => total > MOST_ONLINE);
    this.crowded.set(audience, asked);
    asked.catch(() => this.crowded.delete(audience));
    return asked;
  }
}

function keyOf({ conversationId, userId }: PointerMove): string {
  return `${conversationId}:${userId}`;
}
