import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Json } from '../../cluster/cluster.js';
import { AckEvent, AnswerEvent } from '../../realtime/core-messages.js';
import { WsEvent } from '../../realtime/wire-docs.js';
import {
  CHAT_LINE,
  FromFields,
  MeetingChatLine,
  MeetingPeerFields,
  NamedFromFields,
  PEER,
} from './meeting.peer-shapes.js';

@WsEvent('Answers `join`: oneself, who is there already, and how the meeting stands.')
export class MeetingPeersEvent extends AnswerEvent {
  readonly type = 'peers' as const;

  @ApiProperty({ description: 'Oneself.', type: MeetingPeerFields })
  self!: MeetingPeerFields;

  @ApiProperty({ description: 'The others, by `order`; maybe none.', type: [MeetingPeerFields] })
  peers!: MeetingPeerFields[];

  @ApiProperty({ description: 'Whether all may chat, or only the host.', example: true })
  chat_enabled!: boolean;

  @ApiProperty({ description: 'Whether the host has locked the meeting.', example: false })
  locked!: boolean;

  @ApiProperty({ description: 'The host’s peer id, maybe one’s own.', example: PEER })
  host_id!: string;
}

@WsEvent('Somebody has joined. To the others.')
export class MeetingPeerJoinedEvent {
  readonly type = 'peer-joined' as const;

  @ApiProperty({ description: 'Who.', type: MeetingPeerFields })
  peer!: MeetingPeerFields;
}

@WsEvent('A peer has left, however its connection ended. To the others, once.')
export class MeetingPeerLeftEvent {
  readonly type = 'peer-left' as const;

  @ApiProperty({ description: 'Which peer.', example: PEER })
  id!: string;

  @ApiProperty({ description: 'The user’s name.', example: 'alice' })
  username!: string;
}

@WsEvent('The host is another: the one who has been there longest, now that the old one has left. To everyone.')
export class MeetingHostChangedEvent {
  readonly type = 'host-changed' as const;

  @ApiProperty({ description: 'The new host’s peer id, maybe one’s own.', example: PEER })
  host_id!: string;
}

class DescriptionFields extends NamedFromFields {
  @ApiProperty({
    description: 'As the sender gave it.',
    type: 'object',
    additionalProperties: true,
    example: { type: 'offer', sdp: 'v=0…' },
  })
  sdp!: Json;
}

@WsEvent('An offer. To its target alone.')
export class MeetingOfferEvent extends DescriptionFields {
  readonly type = 'offer' as const;
}

@WsEvent('An answer. To its target alone.')
export class MeetingAnswerEvent extends DescriptionFields {
  readonly type = 'answer' as const;
}

@WsEvent('An ICE candidate. To its target alone.')
export class MeetingCandidateEvent extends NamedFromFields {
  readonly type = 'candidate' as const;

  @ApiProperty({
    description: 'As the sender gave it; null is the end of candidates.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { candidate: 'candidate:1 1 udp …', sdpMid: '0' },
  })
  candidate!: Json;
}

class ScreenFields extends NamedFromFields {
  @ApiPropertyOptional({ description: 'The stream, where the sender named one.', type: String, example: 'screen-1' })
  stream_id?: string;
}

@WsEvent('A peer shares its screen. To the others; late joiners see it in `peers`.')
export class MeetingScreenStartedEvent extends ScreenFields {
  readonly type = 'screen-share-started' as const;
}

@WsEvent('A peer shares its screen no longer. To the others.')
export class MeetingScreenStoppedEvent extends ScreenFields {
  readonly type = 'screen-share-stopped' as const;
}

@WsEvent('A peer has raised its hand. To the others; late joiners see it in `peers`.')
export class MeetingHandRaisedEvent extends NamedFromFields {
  readonly type = 'raise-hand' as const;
}

@WsEvent('A peer has lowered its hand, or the host another’s. To all but the one who did it.')
export class MeetingHandLoweredEvent extends NamedFromFields {
  readonly type = 'lower-hand' as const;

  @ApiPropertyOptional({
    description: 'Whose hand it was, where the host (`from`) has lowered it.',
    type: String,
    example: PEER,
  })
  peer_id?: string;
}

@WsEvent('What a peer sends has changed. To the others; late joiners see it in `peers`.')
export class MeetingMediaEvent extends FromFields {
  readonly type = 'media-state' as const;

  @ApiProperty({ description: 'Whether it sends sound.', example: true })
  audio!: boolean;

  @ApiProperty({ description: 'Whether it sends pictures.', example: false })
  video!: boolean;
}

@WsEvent('The host lets everyone chat. To the others.')
export class MeetingChatEnabledEvent extends FromFields {
  readonly type = 'chat-enabled' as const;
}

@WsEvent('The host lets nobody else chat. To the others.')
export class MeetingChatDisabledEvent extends FromFields {
  readonly type = 'chat-disabled' as const;
}

@WsEvent('The host has locked the meeting: nobody else comes in. To the others.')
export class MeetingLockedEvent extends FromFields {
  readonly type = 'lock-room' as const;
}

@WsEvent('The host has unlocked the meeting. To the others.')
export class MeetingUnlockedEvent extends FromFields {
  readonly type = 'unlock-room' as const;
}

@WsEvent('Somebody has said something. To the others.')
export class MeetingChatEvent extends MeetingChatLine {
  readonly type = 'chat' as const;
}

@WsEvent('What was said before one came, right after `peers`, unless it is nothing: the last 100 lines.')
export class MeetingChatHistoryEvent {
  readonly type = 'chat-history' as const;

  @ApiProperty({ description: 'Oldest first.', type: [MeetingChatLine] })
  messages!: MeetingChatLine[];
}

@WsEvent('The line has been said.')
export class MeetingChatAckEvent extends AckEvent {
  @ApiProperty({ description: 'The line’s id.', format: 'uuid', example: CHAT_LINE })
  id!: string;

  @ApiProperty({ description: 'When it was said.', format: 'date-time', example: '2026-11-20T13:52:54.123Z' })
  created_at!: string;
}

@WsEvent('The host asks one to mute oneself. To the peer that is meant.')
export class MeetingMuteRequestedEvent extends NamedFromFields {
  readonly type = 'mute-requested' as const;
}
