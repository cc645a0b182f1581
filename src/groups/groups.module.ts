import { Module } from '@nestjs/common';
import { AuditLog } from './audit-log.service.js';
import { BansService } from './bans.service.js';
import { DeparturesService } from './departures.service.js';
import { GroupDeletionService } from './group-deletion.service.js';
import { GroupMembership } from './group-membership.js';
import { GroupsService } from './groups.service.js';
import { DeparturesController } from './http/departures.controller.js';
import { GroupsController } from './http/groups.controller.js';
import { InvitesController } from './http/invites.controller.js';
import { MembersController } from './http/members.controller.js';
import { ModerationController } from './http/moderation.controller.js';
import { MemberRemoval } from './internal/member-removal.js';
import { MembershipChanges } from './internal/membership-changes.js';
import { InvitesService } from './invites.service.js';
import { MembersService } from './members.service.js';
import { AuditEntryRepository } from './persistence/audit-entry.repository.js';
import { BanRepository } from './persistence/ban.repository.js';
import { GroupRepository } from './persistence/group.repository.js';
import { InviteRepository } from './persistence/invite.repository.js';
import { MemberRepository } from './persistence/member.repository.js';

/** Needs `MembershipFence` from the composition root. */
@Module({
  controllers: [GroupsController, MembersController, DeparturesController, ModerationController, InvitesController],
  providers: [
    GroupRepository,
    MemberRepository,
    InviteRepository,
    BanRepository,
    AuditEntryRepository,
    MembershipChanges,
    MemberRemoval,
    GroupMembership,
    AuditLog,
    GroupsService,
    GroupDeletionService,
    MembersService,
    DeparturesService,
    BansService,
    InvitesService,
  ],
  exports: [GroupMembership, AuditLog],
})
export class GroupsModule {}
