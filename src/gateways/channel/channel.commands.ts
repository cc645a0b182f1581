import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import type { UserId } from '../../common/ids.js';
import { SignalCommand } from '../shared/commands.js';

/** `webrtc_offer`, `webrtc_answer`, `webrtc_ice_candidate` to a user of the channel. */
export class ChannelSignalCommand extends SignalCommand {
  @ApiProperty({
    description: 'Whom it is for.',
    type: String,
    format: 'uuid',
    example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61',
  })
  @IsUUID()
  target_user_id!: UserId;
}
