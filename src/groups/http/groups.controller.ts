import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { parseId } from '../../common/ids.js';
import type { GroupId } from '../../common/ids.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { PageQuery } from '../../infra/http/page.js';
import type { Page } from '../../infra/http/page.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { pageByTime } from '../../infra/http/timed-page.js';
import { CreateGroupDto } from '../dto/create-group.dto.js';
import { GroupDto, toGroupDto } from '../dto/group.dto.js';
import { UpdateGroupDto } from '../dto/update-group.dto.js';
import { GroupDeletionService } from '../group-deletion.service.js';
import { GroupsService } from '../groups.service.js';

@ApiTags('groups')
@ApiBearerAuth()
@ApiProblems(400, 401, 429, 503)
@Controller('groups')
export class GroupsController {
  constructor(
    private readonly groups: GroupsService,
    private readonly deletion: GroupDeletionService,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Make a group',
    description: 'The caller becomes its owner, and its only member. Names need not be unique.',
  })
  @ApiCreatedResponse({ description: 'The new group.', type: GroupDto })
  async create(@CurrentUser() caller: Caller, @Body() body: CreateGroupDto): Promise<GroupDto> {
    return toGroupDto(await this.groups.create(caller.userId, body));
  }

  @Get()
  @ApiOperation({
    summary: 'The caller’s groups',
    description: 'In the order of joining, each with the caller’s role.',
  })
  @ApiPage(GroupDto, 'A page of groups.')
  list(@CurrentUser() caller: Caller, @Query() query: PageQuery): Promise<Page<GroupDto>> {
    return pageByTime(query, {
      parseId,
      list: (request) => this.groups.list(caller.userId, request),
      positionOf: (group) => ({ at: group.joinedAt, id: group.id }),
      toItem: toGroupDto,
    });
  }

  @Get(':id')
  @ApiOperation({ summary: 'A group', description: 'For its members. A stranger cannot tell whether there is one.' })
  @ApiOkResponse({ description: 'The group.', type: GroupDto })
  @ApiProblems(404)
  async get(@CurrentUser() caller: Caller, @Param('id', ParseIdPipe) id: GroupId): Promise<GroupDto> {
    return toGroupDto(await this.groups.get(caller.userId, id));
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a group’s name or description',
    description: 'For admins and the owner. What is left out stays.',
  })
  @ApiOkResponse({ description: 'The group as it is now.', type: GroupDto })
  @ApiProblems(403, 404)
  async update(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) id: GroupId,
    @Body() body: UpdateGroupDto,
  ): Promise<GroupDto> {
    return toGroupDto(await this.groups.update(caller.userId, id, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a group',
    description: 'For the owner. Its channels and their messages go with it, for good.',
  })
  @ApiNoContentResponse({ description: 'It is gone, and its sockets are closed.' })
  @ApiProblems(403, 404)
  delete(@CurrentUser() caller: Caller, @Param('id', ParseIdPipe) id: GroupId): Promise<void> {
    return this.deletion.delete(caller.userId, id);
  }
}
