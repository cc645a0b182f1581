import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { Settings } from '../../config/settings.js';
import { LiveSubscriptions } from '../../live/live-subscriptions.js';
import { DEFAULT_TOPIC, SHARED } from '../../live/live-topic.js';
import { Conn } from '../../realtime/raw-gateway.js';
import { failureAck } from '../../realtime/socket-failure.js';
import { SocketGateway } from '../../realtime/socket-gateway.js';
import type { SocketFailure, SocketGatewayHooks, SocketHandshake } from '../../realtime/socket-gateway.js';
import { WsOperation } from '../../realtime/wire-docs.js';
import { SubscribeUpdatesCommand, UnsubscribeUpdatesCommand } from './live.commands.js';
import { CurrentDataEvent, LivePosition, UnsubscribedTopics } from './live.event-shapes.js';
import { LiveContext } from './live.context.js';
import type { LiveConnection } from './live.context.js';
import { LiveFollower } from './live.follower.js';
import { LiveReference } from './live.reference.js';

/** The last value of a topic, then every later one (protocol section 7.3). */
@SocketGateway({ namespaces: ({ LIVE_NAMESPACES }) => LIVE_NAMESPACES, guests: true })
@LiveReference()
export class LiveGateway implements SocketGatewayHooks<LiveContext> {
  constructor(
    private readonly subscriptions: LiveSubscriptions,
    private readonly settings: Settings,
  ) {}

  parse({ namespace }: SocketHandshake): LiveContext {
    return new LiveContext(this.settings.LIVE_NAMESPACES.includes(namespace) ? SHARED : namespace);
  }

  admit(): void {
    // Topics have rules of their own.
  }

  departed({ context }: LiveConnection): void {
    context.leaveAll();
  }

  failed(connection: LiveConnection, failure: SocketFailure): undefined {
    connection.emit('error', failureAck(failure));
  }

  @SubscribeMessage('subscribe_updates')
  @WsOperation({
    summary: 'Follows a topic, up to 100 on one connection: `current_data`, then `data_updated` for each later value.',
    reply: CurrentDataEvent,
    ack: LivePosition,
  })
  async subscribe(
    @Conn() connection: LiveConnection,
    @MessageBody() { topic }: SubscribeUpdatesCommand,
  ): Promise<LivePosition> {
    const name = topic ?? DEFAULT_TOPIC;
    const { context } = connection;
    // Who subscribes to many large values at once gets them as fast as it reads, not all at once.
    await connection.drained();
    let position: LivePosition = { topic: name, version: 0 };
    await context.follow(name, async (forget) => {
      const follower = new LiveFollower(connection, name, forget);
      const stop = await this.subscriptions.follow({ namespace: context.namespace, topic: name }, follower);
      position = follower.position();
      return () => {
        follower.end();
        stop();
      };
    });
    return position;
  }

  @SubscribeMessage('unsubscribe_updates')
  @WsOperation({ summary: 'Follows a topic no longer, or none.', ack: UnsubscribedTopics })
  unsubscribe(
    @Conn() { context }: LiveConnection,
    @MessageBody() { topic }: UnsubscribeUpdatesCommand,
  ): UnsubscribedTopics {
    const topics = topic === undefined || topic === null ? context.leaveAll() : context.leave(topic) ? [topic] : [];
    return { topics };
  }
}
