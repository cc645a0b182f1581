import { Controller, Get, Param } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { MessageId } from '../../common/ids.js';
import { ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { ChannelMessageDto, DmMessageDto, toChannelMessage, toDmMessage } from '../dto/message.dto.js';
import { MessageHistoryService } from '../message-history.service.js';

@ApiTags('messages')
@ApiBearerAuth()
@ApiExtraModels(ChannelMessageDto, DmMessageDto)
@ApiProblems(400, 401, 404, 429, 503)
@Controller('messages')
export class MessageController {
  constructor(private readonly history: MessageHistoryService) {}

  @Get(':id')
  @ApiParam({ name: 'id', description: 'The message’s id.', schema: { type: 'string', format: 'uuid' } })
  @ApiOperation({
    summary: 'One message',
    description: 'Of a channel of the caller’s groups, or of one of their direct conversations.',
  })
  @ApiOkResponse({
    description: 'A channel’s message, or one of a direct conversation.',
    schema: { oneOf: [{ $ref: getSchemaPath(ChannelMessageDto) }, { $ref: getSchemaPath(DmMessageDto) }] },
  })
  async get(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) id: MessageId,
  ): Promise<ChannelMessageDto | DmMessageDto> {
    const { message, sides } = await this.history.get(userId, id);
    return sides === undefined ? toChannelMessage(message) : toDmMessage(message, sides);
  }
}
