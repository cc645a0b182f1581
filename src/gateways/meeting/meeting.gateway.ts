import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { Clock } from '../../common/clock.js';
import { Conflict, Forbidden } from '../../common/domain-error.js';
import { Ids } from '../../common/ids.js';
import type { MessageId } from '../../common/ids.js';
import { Conn, RawGateway } from '../../realtime/raw-gateway.js';
import type { Departure, HandshakeRequest, RawGatewayHooks } from '../../realtime/raw-gateway.js';
import { WsOperation } from '../../realtime/wire-docs.js';
import type { WireEvent } from '../../realtime/wire.js';
import { Meetings } from '../../signaling/meetings.service.js';
import { TargetNotFound } from '../../signaling/signaling.errors.js';
import {
  MeetingCandidateCommand,
  MeetingChatCommand,
  MeetingDescriptionCommand,
  MeetingHandCommand,
  MeetingJoinCommand,
  MeetingMediaCommand,
  MeetingPeerCommand,
  MeetingScreenCommand,
} from './meeting.commands.js';
import { MeetingContext } from './meeting.context.js';
import type { MeetingConnection } from './meeting.context.js';
import { MeetingEntrance } from './meeting.entrance.js';
import { MeetingChatAckEvent, MeetingPeersEvent } from './meeting.event-shapes.js';
import { MeetingReference } from './meeting.reference.js';

/** Video meetings: peers, screen share, raised hands, host controls, chat (protocol section 6). */
@RawGateway('/ws/meet/:room_id', { guests: true })
@MeetingReference()
export class MeetingGateway implements RawGatewayHooks<MeetingContext> {
  constructor(
    private readonly entrance: MeetingEntrance,
    private readonly meetings: Meetings,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  parse(request: HandshakeRequest): MeetingContext {
    return MeetingContext.read(request);
  }

  /** Everybody may connect; who may take part is decided at `join`. */
  admit(): Promise<void> {
    return Promise.resolve();
  }

  async departed({ context }: MeetingConnection, departure: Departure): Promise<void> {
    await context.peer?.leave(departure);
  }

  @SubscribeMessage('join')
  @WsOperation({
    summary:
      'Joins the meeting, as the first message after authentication: any other is a `conflict` before it, as a second `join` is. Where the server takes guests, one who joins without a credential becomes one, and gets `auth_success` first. The others get `peer-joined`. A locked meeting answers `room_locked`, and one may try again; where it is full, not open to one, or another user has the peer id, the connection closes with 4403 after the error.',
    reply: MeetingPeersEvent,
  })
  join(@Conn() connection: MeetingConnection, @MessageBody() command: MeetingJoinCommand): Promise<WireEvent> {
    if (connection.context.peer !== undefined) throw new Conflict('You have joined already.');
    return this.entrance.join(connection, command);
  }

  @SubscribeMessage('leave')
  @WsOperation({ summary: 'Leaves the meeting; one may `join` again. The others get `peer-left`.' })
  async leave(@Conn() { context }: MeetingConnection): Promise<void> {
    const peer = context.joined;
    context.peer = undefined;
    await peer.leave({ how: 'clean' });
  }

  @SubscribeMessage('offer')
  @WsOperation({ summary: 'Relays an offer to a peer.' })
  offer(@Conn() connection: MeetingConnection, @MessageBody() { to, sdp }: MeetingDescriptionCommand): void {
    relay(connection, to, { type: 'offer', ...senderOf(connection), sdp });
  }

  @SubscribeMessage('answer')
  @WsOperation({ summary: 'Relays an answer to a peer.' })
  answer(@Conn() connection: MeetingConnection, @MessageBody() { to, sdp }: MeetingDescriptionCommand): void {
    relay(connection, to, { type: 'answer', ...senderOf(connection), sdp });
  }

  @SubscribeMessage('candidate')
  @WsOperation({ summary: 'Relays an ICE candidate to a peer.' })
  candidate(@Conn() connection: MeetingConnection, @MessageBody() { to, candidate }: MeetingCandidateCommand): void {
    relay(connection, to, { type: 'candidate', ...senderOf(connection), candidate });
  }

  @SubscribeMessage('screen-share-started')
  @WsOperation({ summary: 'Tells the others that one shares one’s screen, and late joiners in `peers`.' })
  startScreen(@Conn() { context }: MeetingConnection, @MessageBody() command: MeetingScreenCommand): Promise<void> {
    return context.joined.show({ screen: { on: true, stream_id: command.stream_id ?? null } });
  }

  @SubscribeMessage('screen-share-stopped')
  @WsOperation({ summary: 'Tells the others that one shares one’s screen no longer.' })
  stopScreen(@Conn() { context }: MeetingConnection, @MessageBody() command: MeetingScreenCommand): Promise<void> {
    return context.joined.show({ screen: { on: false, stream_id: command.stream_id ?? null } });
  }

  @SubscribeMessage('raise-hand')
  @WsOperation({ summary: 'Raises one’s own hand; another’s is `forbidden`.' })
  raiseHand(@Conn() { context }: MeetingConnection, @MessageBody() { peer_id }: MeetingHandCommand): Promise<void> {
    const peer = context.joined;
    if (isAnother(peer_id, peer.member)) throw new Forbidden('Everybody raises their own hand.');
    return peer.show({ hand: { raised: true, by: null } });
  }

  @SubscribeMessage('lower-hand')
  @WsOperation({ summary: 'Lowers one’s own hand; the host may lower another’s, for others that is `forbidden`.' })
  async lowerHand(
    @Conn() connection: MeetingConnection,
    @MessageBody() { peer_id }: MeetingHandCommand,
  ): Promise<void> {
    const peer = connection.context.joined;
    if (!isAnother(peer_id, peer.member)) {
      await peer.show({ hand: { raised: false, by: null } });
      return;
    }
    peer.requireHost();
    if (peer.place.participant(peer_id) === undefined) throw new TargetNotFound('peer_id', peer_id);
    peer.signal({ type: 'lower-hand', ...senderOf(connection), peer_id });
  }

  @SubscribeMessage('media-state')
  @WsOperation({ summary: 'Tells the others what one sends, and late joiners in `peers`.' })
  mediaState(@Conn() { context }: MeetingConnection, @MessageBody() command: MeetingMediaCommand): Promise<void> {
    const { joined: peer } = context;
    return peer.show({ media: { ...peer.shown.media, audio: command.audio, video: command.video } });
  }

  @SubscribeMessage('chat-enabled')
  @WsOperation({ summary: 'Lets everyone chat. The host only, else `forbidden`.' })
  enableChat(@Conn() connection: MeetingConnection): Promise<void> {
    return this.meetings.setChat(connection.context.roomId, true, hostOf(connection));
  }

  @SubscribeMessage('chat-disabled')
  @WsOperation({ summary: 'Lets nobody but the host chat. The host only, else `forbidden`.' })
  disableChat(@Conn() connection: MeetingConnection): Promise<void> {
    return this.meetings.setChat(connection.context.roomId, false, hostOf(connection));
  }

  @SubscribeMessage('chat')
  @WsOperation({
    summary:
      'Says something to the others; late joiners get the last 100 lines. `forbidden` while the chat is disabled.',
    reply: MeetingChatAckEvent,
  })
  async chat(@Conn() connection: MeetingConnection, @MessageBody() command: MeetingChatCommand): Promise<WireEvent> {
    const peer = connection.context.joined;
    const [id, created_at] = [this.ids.next<MessageId>(), this.clock.date().toISOString()];
    const line = { id, ...senderOf(connection), content: command.content.trim(), created_at };
    await this.meetings.say(connection.context.roomId, line, peer.isHost);
    peer.signal({ type: 'chat', ...line });
    return { type: 'ack', id, created_at };
  }

  @SubscribeMessage('mute-peer')
  @WsOperation({ summary: 'Asks a peer to mute itself: it gets `mute-requested`. The host only, else `forbidden`.' })
  mutePeer(@Conn() connection: MeetingConnection, @MessageBody() { peer_id }: MeetingPeerCommand): void {
    hostOf(connection);
    const { joined: peer } = connection.context;
    if (peer.place.participant(peer_id) === undefined) throw new TargetNotFound('peer_id', peer_id);
    peer.signal({ type: 'mute-requested', ...senderOf(connection) }, peer_id);
  }

  @SubscribeMessage('remove-peer')
  @WsOperation({
    summary:
      'Sends a peer’s user away (4403), with whatever else that user has joined by: there is no way back for them while the meeting lives. The host only, else `forbidden`; not oneself.',
  })
  async removePeer(
    @Conn() connection: MeetingConnection,
    @MessageBody() { peer_id }: MeetingPeerCommand,
  ): Promise<void> {
    hostOf(connection);
    const { joined: peer, roomId } = connection.context;
    if (peer_id === peer.member) throw new Conflict('You cannot remove yourself.');
    const target = peer.place.participant(peer_id);
    if (target === undefined) throw new TargetNotFound('peer_id', peer_id);
    if (target.userId === connection.userId) throw new Conflict('You cannot remove yourself.');
    await this.meetings.remove(roomId, target.userId);
  }

  @SubscribeMessage('lock-room')
  @WsOperation({
    summary:
      'Lets nobody else in (`room_locked`); a peer whose connection broke comes back all the same. The others are told. The host only, else `forbidden`.',
  })
  lockRoom(@Conn() connection: MeetingConnection): Promise<void> {
    return this.meetings.setLock(connection.context.roomId, true, hostOf(connection));
  }

  @SubscribeMessage('unlock-room')
  @WsOperation({ summary: 'Lets others in again. The others are told. The host only, else `forbidden`.' })
  unlockRoom(@Conn() connection: MeetingConnection): Promise<void> {
    return this.meetings.setLock(connection.context.roomId, false, hostOf(connection));
  }
}

/** Who a message is from: always the connection, never what it sends. */
function senderOf({ user, context }: MeetingConnection): { from: string; username: string } {
  return { from: context.joined.member, username: user.username };
}

/** @throws TargetNotFound */
function relay({ context }: MeetingConnection, to: string, event: WireEvent): void {
  context.joined.signal(event, to);
}

/** The peer id of the host, who this is. @throws Forbidden */
function hostOf({ context }: MeetingConnection): string {
  context.joined.requireHost();
  return context.joined.member;
}

function isAnother(peerId: string | null | undefined, own: string): peerId is string {
  return peerId !== undefined && peerId !== null && peerId !== own;
}
