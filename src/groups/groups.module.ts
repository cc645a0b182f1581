import { Module } from '@nestjs/common';
import { GroupDeletionService } from './group-deletion.service.js';
import { GroupMembership } from './group-membership.js';
import { GroupsService } from './groups.service.js';
import { GroupsController } from './http/groups.controller.js';
import { InvitesController } from './http/invites.controller.js';
import { MembersController } from './http/members.controller.js';
import { MembershipChanges } from './internal/membership-changes.js';
import { InvitesService } from './invites.service.js';
import { MembersService } from './members.service.js';
import { GroupRepository } from './persistence/group.repository.js';
import { InviteRepository } from './persistence/invite.repository.js';
import { MemberRepository } from './persistence/member.repository.js';

/** Needs `MembershipFence` from the composition root. */
@Module({
  controllers: [GroupsController, MembersController, InvitesController],
  providers: [
    GroupRepository,
    MemberRepository,
    InviteRepository,
    MembershipChanges,
    GroupMembership,
    GroupsService,
    GroupDeletionService,
    MembersService,
    InvitesService,
  ],
  exports: [GroupMembership],
})
export class GroupsModule {}
