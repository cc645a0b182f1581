import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsObject, IsOptional, IsString, Matches, MaxLength, registerDecorator } from 'class-validator';
import type { Json } from '../../cluster/cluster.js';
import { IsText } from '../../common/text.js';
import { RawJson } from '../../realtime/raw-json.js';
import { IsJsonWithin, SignalBody } from '../shared/commands.js';

const MEDIA_MAX_BYTES = 1024;
const PEER = 'laptop-1';

/** `join` */
export class MeetingJoinCommand {
  @ApiPropertyOptional({
    description:
      'The peer’s `id`; without it, the client id of the authentication, else a UUID. The same user’s newer connection with the same id takes the peer over.',
    type: String,
    pattern: '^[A-Za-z0-9_.:-]{1,64}$',
    nullable: true,
    example: PEER,
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9_.:-]{1,64}$/)
  client_id?: string | null;

  @ApiPropertyOptional({
    description: 'What the others call the peer, 1 to 100 characters; without it, the username.',
    type: String,
    minLength: 1,
    maxLength: 100,
    nullable: true,
    example: 'Alice (kitchen)',
  })
  @IsOptional()
  @IsText({ max: 100 })
  display_name?: string | null;

  @ApiPropertyOptional({
    description: 'What the peer sends: an object of at most 1 KiB; `audio` and `video` are false unless given.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { audio: true, video: false },
  })
  @IsOptional()
  @IsObject()
  @IsJsonWithin(MEDIA_MAX_BYTES)
  media?: Record<string, Json> | null;

  // Taken where a guest is made, and nowhere else: who has an account, or a guest's token, is known already.
  @ApiPropertyOptional({
    description: 'Of one who becomes a guest by this: what the others call them, with ` (guest)` added.',
    type: String,
    minLength: 1,
    maxLength: 32,
    nullable: true,
    example: 'Ada',
  })
  username?: string | null;
}

const IsTarget = () => ApiProperty({ description: 'The peer that it is for.', type: String, example: PEER });

/** `offer`, `answer` */
export class MeetingDescriptionCommand {
  @IsTarget()
  @IsString()
  to!: string;

  @SignalBody({
    description: 'Any JSON but null, as clients agree on it.',
    takes: 'any JSON',
    example: { type: 'offer', sdp: 'v=0…' },
  })
  @IsNotNull()
  sdp!: RawJson;
}

/** `candidate` */
export class MeetingCandidateCommand {
  @IsTarget()
  @IsString()
  to!: string;

  @SignalBody({
    description: 'Any JSON; null is the end of candidates.',
    takes: 'any JSON',
    example: { candidate: 'candidate:1 1 udp …', sdpMid: '0' },
  })
  candidate!: RawJson;
}

/** `screen-share-started`, `screen-share-stopped` */
export class MeetingScreenCommand {
  @ApiPropertyOptional({
    description: 'The stream that is the screen, as clients agree on it.',
    type: String,
    maxLength: 256,
    nullable: true,
    example: 'screen-1',
  })
  @IsOptional()
  @IsString()
  @MaxLength(256)
  stream_id?: string | null;
}

/** `raise-hand`, `lower-hand` */
export class MeetingHandCommand {
  @ApiPropertyOptional({
    description: 'Whose hand; without it, one’s own. Only the host may name another’s, to lower it.',
    type: String,
    nullable: true,
    example: PEER,
  })
  @IsOptional()
  @IsString()
  peer_id?: string | null;
}

/** `media-state` */
export class MeetingMediaCommand {
  @ApiProperty({ description: 'Whether the peer sends sound.', example: true })
  @IsBoolean()
  audio!: boolean;

  @ApiProperty({ description: 'Whether the peer sends pictures.', example: false })
  @IsBoolean()
  video!: boolean;
}

/** `chat` */
export class MeetingChatCommand {
  @ApiProperty({ description: 'The text, stored trimmed.', minLength: 1, maxLength: 4000, example: 'Hello!' })
  @IsText({ max: 4000 })
  content!: string;
}

/** `mute-peer`, `remove-peer` */
export class MeetingPeerCommand {
  @ApiProperty({ description: 'Which peer.', example: PEER })
  @IsString()
  peer_id!: string;
}

function IsNotNull(): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'isNotNull',
      target: target.constructor,
      propertyName: property as string,
      validator: {
        validate: (value: unknown) => !(value instanceof RawJson && value.text === 'null'),
        defaultMessage: () => 'must not be null',
      },
    });
  };
}
