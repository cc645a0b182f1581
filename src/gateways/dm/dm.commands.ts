import { ANY_JSON } from '../../infra/http/api-docs.js';
import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import type { Json } from '../../cluster/cluster.js';
import type { CallId } from '../../common/ids.js';
import { IsDefinedOrNull, IsJsonWithin, MEDIA_MAX_BYTES } from '../shared/commands.js';
import { CALL } from '../shared/event-shapes.js';

/** `call_invite` */
export class CallInviteCommand {
  @ApiProperty({
    description: 'What the caller would send, as clients agree on it; at most 1 KiB.',
    ...ANY_JSON,
    example: { audio: true, video: false },
  })
  @IsDefinedOrNull()
  @IsJsonWithin(MEDIA_MAX_BYTES)
  media!: Json;
}

/** `call_accept`, `call_decline`, `call_cancel`, `call_end` */
export class CallCommand {
  @ApiProperty({ description: 'The call.', type: String, format: 'uuid', example: CALL })
  @IsUUID()
  call_id!: CallId;
}
