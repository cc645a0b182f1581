import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { ValidationFailed } from '../../common/domain-error.js';
import { Clock } from '../../common/clock.js';
import { Settings } from '../../config/settings.js';
import type { Sent } from '../../messages/message.js';
import { Begun } from '../../realtime/begun.js';
import { Conn, RawGateway } from '../../realtime/raw-gateway.js';
import type { Departure, RawGatewayHooks } from '../../realtime/raw-gateway.js';
import { WsOperation } from '../../realtime/wire-docs.js';
import type { WireEvent } from '../../realtime/wire.js';
import { UnreadsService } from '../../unreads/unreads.service.js';
import { ChannelActions } from '../channel/channel.actions.js';
import { CallParticipantsEvent } from '../channel/channel.call-shapes.js';
import { DmActions } from '../dm/dm.actions.js';
import { DmCallBusyEvent, DmCallInviteAckEvent } from '../dm/dm.call-shapes.js';
import { ChangeAckEvent } from '../shared/event-shapes.js';
import * as commands from './user.commands.js';
import { UserContext } from './user.context.js';
import type { UserConnection } from './user.context.js';
import { UserSubscribedEvent, UserUnsubscribedEvent } from './user.event-shapes.js';
import type { UserConnectedEvent } from './user.event-shapes.js';
import { UserDevices } from './user.devices.js';
import { UserReference } from './user.reference.js';
import { UserSubscriptions } from './user.subscriptions.js';

/** One socket per device: any number of channels and direct conversations (protocol section 4). */
@RawGateway('/ws/user')
@UserReference()
export class UserGateway implements RawGatewayHooks<UserContext> {
  constructor(
    private readonly devices: UserDevices,
    private readonly subscriptions: UserSubscriptions,
    private readonly channels: ChannelActions,
    private readonly dms: DmActions,
    private readonly unreads: UnreadsService,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  parse(): UserContext {
    return new UserContext();
  }

  async admit(connection: UserConnection): Promise<void> {
    const { id, user } = connection;
    // What is pushed from now on comes behind `connected`, or is told by what the client loads then.
    await this.devices.attach(connection);
    connection.send({
      type: 'connected',
      connection_id: id,
      user_id: user.userId,
      username: user.username,
      heartbeat_interval_ms: this.settings.WS_HEARTBEAT_INTERVAL_MS,
      server_time: this.clock.date().toISOString(),
    } satisfies UserConnectedEvent);
  }

  departed(connection: UserConnection, departure: Departure): Promise<void> {
    this.devices.detach(connection);
    return this.subscriptions.leaveAll(connection, departure);
  }

  @SubscribeMessage('subscribe')
  @WsOperation({
    summary:
      'Subscribes to a channel or a direct conversation: its events and commands are those of its own gateway, and its user counts as online there. At most 200 at a time (`conflict`).',
    reply: UserSubscribedEvent,
    otherwise: UserUnsubscribedEvent,
  })
  subscribe(@Conn() connection: UserConnection, @MessageBody() command: commands.SubscribeCommand): Promise<WireEvent> {
    return this.subscriptions.subscribe(connection, command);
  }

  @SubscribeMessage('unsubscribe')
  @WsOperation({ summary: 'Ends a subscription.', reply: UserUnsubscribedEvent })
  unsubscribe(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UnsubscribeCommand,
  ): Promise<WireEvent> {
    return this.subscriptions.unsubscribe(connection, command);
  }

  @SubscribeMessage('message')
  @WsOperation({
    summary: 'Stores a message and sends it to everyone in the channel, as on the channel’s own gateway.',
    reply: ChangeAckEvent,
  })
  message(@Conn() connection: UserConnection, @MessageBody() command: commands.UserMessageCommand): Begun<Sent> {
    return this.channels.message(connection.context.channel(command.channel_id), command);
  }

  @SubscribeMessage('message_edit')
  @WsOperation({ summary: 'Changes what a message of one’s own says.', reply: ChangeAckEvent })
  messageEdit(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserMessageEditCommand,
  ): Promise<WireEvent> {
    return this.channels.changes.edit(connection.context.channel(command.channel_id), command);
  }

  @SubscribeMessage('message_delete')
  @WsOperation({
    summary: 'Deletes a message of one’s own, or as a moderator. It keeps its place, without its content.',
    reply: ChangeAckEvent,
  })
  messageDelete(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserMessageChangeCommand,
  ): Promise<WireEvent> {
    return this.channels.changes.delete(connection.context.channel(command.channel_id), command);
  }

  @SubscribeMessage('pin')
  @WsOperation({ summary: 'Pins a message. Moderators and up may; at most 50 are.', reply: ChangeAckEvent })
  pin(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserMessageChangeCommand,
  ): Promise<WireEvent> {
    return this.channels.changes.pin(connection.context.channel(command.channel_id), command);
  }

  @SubscribeMessage('unpin')
  @WsOperation({ summary: 'Takes a pin away. Moderators and up may.', reply: ChangeAckEvent })
  unpin(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserMessageChangeCommand,
  ): Promise<WireEvent> {
    return this.channels.changes.unpin(connection.context.channel(command.channel_id), command);
  }

  @SubscribeMessage('reaction_add')
  @WsOperation({
    summary: 'Reacts to a message of a channel, at most once with each emoji; a message has at most 20 different ones.',
    reply: ChangeAckEvent,
  })
  reactionAdd(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserReactionCommand,
  ): Promise<WireEvent> {
    return this.channels.changes.react(connection.context.channel(command.channel_id), command);
  }

  @SubscribeMessage('reaction_remove')
  @WsOperation({ summary: 'Takes one’s own reaction to a message of a channel back.', reply: ChangeAckEvent })
  reactionRemove(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserReactionCommand,
  ): Promise<WireEvent> {
    return this.channels.changes.unreact(connection.context.channel(command.channel_id), command);
  }

  @SubscribeMessage('typing')
  @WsOperation({ summary: 'Tells everyone in the channel that one types; `true` ends by itself after 6 s.' })
  typing(@Conn() connection: UserConnection, @MessageBody() command: commands.UserTypingCommand): Promise<void> {
    return this.channels.typing(connection.context.channel(command.channel_id), command);
  }

  @SubscribeMessage('call_join')
  @WsOperation({ summary: 'Joins the channel’s call; joining again changes `media`.', reply: CallParticipantsEvent })
  callJoin(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserCallJoinCommand,
  ): Promise<WireEvent> {
    return this.channels.callJoin(connection.context.channel(command.channel_id), command);
  }

  @SubscribeMessage('call_leave')
  @WsOperation({ summary: 'Leaves the channel’s call.' })
  callLeave(@Conn() connection: UserConnection, @MessageBody() command: commands.UserCallLeaveCommand): Promise<void> {
    return this.channels.callLeave(connection.context.channel(command.channel_id));
  }

  @SubscribeMessage('dm_message')
  @WsOperation({
    summary: 'Stores a message and sends it to both sides, as on the conversation’s own gateway.',
    reply: ChangeAckEvent,
  })
  dmMessage(@Conn() connection: UserConnection, @MessageBody() command: commands.UserDmMessageCommand): Begun<Sent> {
    return this.dms.message(connection.context.dm(command.conversation_id), command);
  }

  @SubscribeMessage('dm_message_edit')
  @WsOperation({ summary: 'Changes what a message of one’s own says.', reply: ChangeAckEvent })
  dmMessageEdit(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserDmMessageEditCommand,
  ): Promise<WireEvent> {
    return this.dms.changes.edit(connection.context.dm(command.conversation_id), command);
  }

  @SubscribeMessage('dm_message_delete')
  @WsOperation({
    summary: 'Deletes a message of one’s own. It keeps its place, without its content.',
    reply: ChangeAckEvent,
  })
  dmMessageDelete(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserDmMessageChangeCommand,
  ): Promise<WireEvent> {
    return this.dms.changes.delete(connection.context.dm(command.conversation_id), command);
  }

  @SubscribeMessage('dm_reaction_add')
  @WsOperation({
    summary:
      'Reacts to a message of a direct conversation, at most once with each emoji; a message has at most 20 different ones.',
    reply: ChangeAckEvent,
  })
  dmReactionAdd(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserDmReactionCommand,
  ): Promise<WireEvent> {
    return this.dms.changes.react(connection.context.dm(command.conversation_id), command);
  }

  @SubscribeMessage('dm_reaction_remove')
  @WsOperation({
    summary: 'Takes one’s own reaction to a message of a direct conversation back.',
    reply: ChangeAckEvent,
  })
  dmReactionRemove(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserDmReactionCommand,
  ): Promise<WireEvent> {
    return this.dms.changes.unreact(connection.context.dm(command.conversation_id), command);
  }

  @SubscribeMessage('dm_typing')
  @WsOperation({ summary: 'Tells the other side that one types; `true` ends by itself after 6 s.' })
  dmTyping(@Conn() connection: UserConnection, @MessageBody() command: commands.UserDmTypingCommand): Promise<void> {
    return this.dms.relay.typing(connection.context.dm(command.conversation_id), command.is_typing);
  }

  @SubscribeMessage('read')
  @WsOperation({ summary: 'Says how far one has read the channel; a lower number marks unread.' })
  async read(@Conn() connection: UserConnection, @MessageBody() command: commands.UserReadCommand): Promise<void> {
    const { channelId } = connection.context.channel(command.channel_id).context;
    await this.unreads.read(connection.userId, channelId, command.seq);
  }

  @SubscribeMessage('dm_read')
  @WsOperation({ summary: 'Says how far one has read the conversation; a lower number marks unread.' })
  async dmRead(@Conn() connection: UserConnection, @MessageBody() command: commands.UserDmReadCommand): Promise<void> {
    const { conversation } = connection.context.dm(command.conversation_id).context;
    await this.unreads.read(connection.userId, conversation.conversationId, command.seq);
  }

  @SubscribeMessage('webrtc_offer')
  @WsOperation({ summary: 'Relays an offer to a user of the channel, or to the other side.' })
  offer(@Conn() connection: UserConnection, @MessageBody() command: commands.UserSignalCommand): Promise<void> {
    return this.signal(connection, 'webrtc_offer', command);
  }

  @SubscribeMessage('webrtc_answer')
  @WsOperation({ summary: 'Relays an answer to a user of the channel, or to the other side.' })
  answer(@Conn() connection: UserConnection, @MessageBody() command: commands.UserSignalCommand): Promise<void> {
    return this.signal(connection, 'webrtc_answer', command);
  }

  @SubscribeMessage('webrtc_ice_candidate')
  @WsOperation({ summary: 'Relays an ICE candidate to a user of the channel, or to the other side.' })
  candidate(@Conn() connection: UserConnection, @MessageBody() command: commands.UserSignalCommand): Promise<void> {
    return this.signal(connection, 'webrtc_ice_candidate', command);
  }

  @SubscribeMessage('call_invite')
  @WsOperation({
    summary: 'Rings on all devices of the other side for 45 s, at most ten times a minute in a conversation.',
    reply: DmCallInviteAckEvent,
    otherwise: DmCallBusyEvent,
  })
  callInvite(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserCallInviteCommand,
  ): Promise<WireEvent> {
    return this.dms.calls.invite(connection.context.dm(command.conversation_id), command.media);
  }

  @SubscribeMessage('call_accept')
  @WsOperation({
    summary:
      'Accepts a call on this connection. The callee alone may; of several devices one gets it, and `conflict` the others.',
  })
  callAccept(@Conn() connection: UserConnection, @MessageBody() command: commands.UserCallCommand): Promise<void> {
    return this.dms.calls.accept(connection.context.dm(command.conversation_id), command.call_id);
  }

  @SubscribeMessage('call_decline')
  @WsOperation({ summary: 'Declines a call that rings. The callee alone may.', reply: ChangeAckEvent })
  callDecline(
    @Conn() connection: UserConnection,
    @MessageBody() command: commands.UserCallCommand,
  ): Promise<WireEvent> {
    return this.dms.calls.finish(connection.context.dm(command.conversation_id), command.call_id, 'decline');
  }

  @SubscribeMessage('call_cancel')
  @WsOperation({ summary: 'Takes back a call that rings. The caller alone may.', reply: ChangeAckEvent })
  callCancel(@Conn() connection: UserConnection, @MessageBody() command: commands.UserCallCommand): Promise<WireEvent> {
    return this.dms.calls.finish(connection.context.dm(command.conversation_id), command.call_id, 'cancel');
  }

  @SubscribeMessage('call_end')
  @WsOperation({ summary: 'Ends a call that was accepted. Either side may, on any device.', reply: ChangeAckEvent })
  callEnd(@Conn() connection: UserConnection, @MessageBody() command: commands.UserCallCommand): Promise<WireEvent> {
    return this.dms.calls.finish(connection.context.dm(command.conversation_id), command.call_id, 'end');
  }

  private signal(connection: UserConnection, type: string, command: commands.UserSignalCommand): Promise<void> {
    const { channel_id, conversation_id, target_user_id, target_connection_id = null, data } = command;
    const { context } = connection;
    if (conversation_id && !channel_id) return this.dms.relay.signal(context.dm(conversation_id), type, command);
    if (!channel_id || conversation_id)
      throw fieldProblem('channel_id', 'either this or conversation_id must be given');
    if (!target_user_id) throw fieldProblem('target_user_id', 'must be given in a channel');
    return this.channels.signal(context.channel(channel_id), type, { target_user_id, target_connection_id, data });
  }
}

function fieldProblem(field: string, problem: string): ValidationFailed {
  return new ValidationFailed([{ field, problems: [problem] }]);
}
