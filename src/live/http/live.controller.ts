import { Body, Controller, Delete, Get, HttpCode, Param, Put, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import type { GroupId } from '../../common/ids.js';
import { ApiProblems } from '../../infra/http/api-docs.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { CurrentUser, PerhapsUser } from '../../infra/http/current-user.decorator.js';
import { GuestsToo, TokenOptional } from '../../infra/http/public.decorator.js';
import { VerbatimBody } from '../../infra/http/verbatim-body.js';
import { LivePutDto, LiveRulesDto, LiveValueDto, SetLiveRulesDto, toRulesDto } from '../dto/live.dto.js';
import { LiveTopics } from '../live-topics.js';
import type { Condition } from '../live-topics.js';
import { IfMatch } from './if-match.js';
import { TopicPipe } from './topic.pipe.js';

const ApiTopic = () =>
  ApiParam({
    name: 'topic',
    description: 'The name of the topic.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_.:-]{1,128}$' },
    example: 'default',
  });
const ApiIfMatch = () =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'A version: only if that is the topic’s now (0: nobody has made it). `*`: only if there is a value.',
    schema: { type: 'string', example: '7' },
  });

@ApiTags('live')
@ApiProblems(429, 503)
@Controller('live')
export class LiveController {
  constructor(private readonly live: LiveTopics) {}

  @Put(':topic')
  @HttpCode(200)
  @GuestsToo()
  @ApiBearerAuth()
  @ApiTopic()
  @ApiIfMatch()
  @ApiOperation({
    summary: 'Set the value of a topic',
    description:
      'Any JSON up to 256 KiB, at most 64 levels deep; it is kept as it is written, and reaches every subscriber on every node. Who makes a topic ' +
      'owns it: everyone with an account reads it then, and the owner alone writes it, until `PUT /api/live/{topic}/rules` decides otherwise. ' +
      'A user owns up to 1000 names.',
  })
  @ApiBody({ description: 'The value: any JSON.', schema: { example: { visitors: 42 } } })
  @ApiOkResponse({ description: 'It is set.', type: LivePutDto })
  @ApiProblems(
    400,
    401,
    403,
    { 409: 'The topic is at another version than `If-Match` says, or the caller owns too many.' },
    413,
  )
  async put(
    @CurrentUser() caller: Caller,
    @Param('topic', TopicPipe) topic: string,
    @VerbatimBody() value: string,
    @IfMatch() condition: Condition,
  ): Promise<LivePutDto> {
    const { version } = await this.live.put(topic, caller, value, condition);
    return { success: true, topic, version };
  }

  @Get(':topic')
  @TokenOptional()
  @ApiTopic()
  @ApiOperation({
    summary: 'The value of a topic',
    description: 'As `current_data` of the live gateway has it. A topic that is `public` needs no token.',
  })
  @ApiOkResponse({ description: 'The value, and its version.', type: LiveValueDto })
  @ApiProblems(400, 401, 403, { 404: 'The topic has no value.' })
  async get(
    @PerhapsUser() caller: Caller | undefined,
    @Param('topic', TopicPipe) topic: string,
    @Res() response: Response,
  ): Promise<void> {
    const { value, version } = await this.live.get(topic, caller);
    const head = JSON.stringify({ success: true, message: 'Success', topic, version } satisfies Omit<
      LiveValueDto,
      'data'
    >);
    // The value is spliced in as it was written.
    response.type('application/json').send(`${head.slice(0, -1)},"data":${value ?? 'null'}}`);
  }

  @Delete(':topic')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiTopic()
  @ApiIfMatch()
  @ApiOperation({
    summary: 'Take the value of a topic away',
    description:
      'For its owner. Subscribers get `null`. The name stays the owner’s, with its rules, and a later value has a later version.',
  })
  @ApiNoContentResponse({ description: 'It has no value.' })
  @ApiProblems(400, 401, 403, 404, { 409: 'The topic is at another version than `If-Match` says.' })
  delete(
    @CurrentUser() caller: Caller,
    @Param('topic', TopicPipe) topic: string,
    @IfMatch() condition: Condition,
  ): Promise<void> {
    return this.live.delete(topic, caller, condition);
  }

  @Get(':topic/rules')
  @GuestsToo()
  @ApiBearerAuth()
  @ApiTopic()
  @ApiOperation({ summary: 'Who reads and writes a topic', description: 'For who may read it.' })
  @ApiOkResponse({ description: 'The rules.', type: LiveRulesDto })
  @ApiProblems(400, 401, 403, { 404: 'There is no such topic.' })
  async getRules(@CurrentUser() caller: Caller, @Param('topic', TopicPipe) topic: string): Promise<LiveRulesDto> {
    return toRulesDto(await this.live.getRules(topic, caller));
  }

  @Put(':topic/rules')
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiTopic()
  @ApiOperation({
    summary: 'Decide who reads and writes a topic',
    description:
      'For its owner; a name that is free becomes the caller’s, without a value yet. Subscribers who may not read it any more are told `unsubscribed`.',
  })
  @ApiOkResponse({ description: 'The rules as they are now.', type: LiveRulesDto })
  @ApiProblems(
    400,
    401,
    403,
    { 404: 'The caller is no member of the group.' },
    { 409: 'The caller owns too many topics.' },
  )
  async setRules(
    @CurrentUser() caller: Caller,
    @Param('topic', TopicPipe) topic: string,
    @Body() { read, write, group_id }: SetLiveRulesDto,
  ): Promise<LiveRulesDto> {
    const groupId = read === 'group' || write === 'group' ? (group_id?.toLowerCase() as GroupId) : null;
    return toRulesDto(await this.live.setRules(topic, caller, { read, write, groupId }));
  }
}
