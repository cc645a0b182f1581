import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { RawJson } from '../../realtime/raw-json.js';
import { SignalBody } from '../shared/commands.js';

const CLIENT_ID_MAX_LENGTH = 64;

abstract class RoomSignalCommand {
  @ApiPropertyOptional({
    description: 'The client that it is for; without it, everyone but the sender.',
    type: String,
    maxLength: CLIENT_ID_MAX_LENGTH,
    nullable: true,
    example: 'laptop-1',
  })
  @IsOptional()
  @IsString()
  @MaxLength(CLIENT_ID_MAX_LENGTH)
  to?: string | null;
}

/** `offer` */
export class RoomOfferCommand extends RoomSignalCommand {
  @SignalBody({ description: 'The session description.', example: { type: 'offer', sdp: 'v=0…' } })
  offer!: RawJson;
}

/** `answer` */
export class RoomAnswerCommand extends RoomSignalCommand {
  @SignalBody({ description: 'The session description.', example: { type: 'answer', sdp: 'v=0…' } })
  answer!: RawJson;
}

/** `ice_candidate` */
export class RoomIceCandidateCommand extends RoomSignalCommand {
  @SignalBody({
    description: 'The candidate; `null`: there are no more.',
    takes: 'object or null',
    example: { candidate: 'candidate:1 1 udp …', sdpMid: '0', sdpMLineIndex: 0 },
  })
  candidate!: RawJson;
}

/** `data` */
export class RoomSignalDataCommand extends RoomSignalCommand {
  @SignalBody({
    description: 'What the clients agree on: an object, or any other JSON value.',
    takes: 'any JSON',
    example: { text: 'hello' },
  })
  data!: RawJson;
}
