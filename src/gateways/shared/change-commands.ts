import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import type { MessageId } from '../../common/ids.js';
import { IsText } from '../../common/text.js';
import { EditMessageDto } from '../../messages/dto/message-details.dto.js';
import { MESSAGE } from './event-shapes.js';

const IsMessage = (): PropertyDecorator => (target, property) => {
  ApiProperty({ description: 'The message.', type: String, format: 'uuid', example: MESSAGE })(target, property);
  IsUUID()(target, property);
};

/** `message_delete`, `pin`, `unpin`, `dm_message_delete` */
export class MessageCommand {
  @IsMessage()
  message_id!: MessageId;
}

/** `message_edit`, `dm_message_edit` */
export class MessageEditCommand extends EditMessageDto {
  @IsMessage()
  message_id!: MessageId;
}

/** `reaction_add`, `reaction_remove`, `dm_reaction_add`, `dm_reaction_remove` */
export class ReactionCommand {
  @IsMessage()
  message_id!: MessageId;

  @ApiProperty({ description: 'One emoji.', minLength: 1, maxLength: 32, example: '👍' })
  @IsText({ max: 32 })
  emoji!: string;
}
