import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { parseId } from '../../common/ids.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import type { Page } from '../../infra/http/page.js';
import { pageByTime } from '../../infra/http/timed-page.js';
import { toChannelMessage, toDmMessage } from '../../messages/dto/message.dto.js';
import { SearchHitDto, SearchQuery } from '../dto/search.dto.js';
import { SearchService } from '../search.service.js';
import type { SearchHit } from '../search.service.js';

@ApiTags('search')
@ApiBearerAuth()
@ApiProblems(400, 401, 429, 503)
@Controller('search')
export class SearchController {
  constructor(private readonly search: SearchService) {}

  @Get('messages')
  @ApiOperation({
    summary: 'Find messages by their words, newest first',
    description:
      'In the channels of the caller’s groups and in their direct conversations; a group or channel that is none of theirs holds nothing.',
  })
  @ApiPage(SearchHitDto, 'A page of messages.')
  messages(@CurrentUser() { userId }: Caller, @Query() query: SearchQuery): Promise<Page<SearchHitDto>> {
    return pageByTime(query, {
      parseId,
      list: ({ after: olderThan, limit }) =>
        this.search.messages(query.q, {
          userId,
          groupId: query.group_id,
          channelId: query.channel_id,
          senderId: query.sender_id,
          before: momentOf(query.before),
          after: momentOf(query.after),
          has: query.has,
          olderThan,
          limit,
        }),
      positionOf: ({ message }) => ({ at: new Date(message.createdAt), id: message.id }),
      toItem: toHitDto,
    });
  }
}

const momentOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

function toHitDto({ message, sides, excerpt }: SearchHit): SearchHitDto {
  return { message: sides === undefined ? toChannelMessage(message) : toDmMessage(message, sides), excerpt };
}
