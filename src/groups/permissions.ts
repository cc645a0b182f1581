import { ROLES, isAtLeast } from './role.js';
import type { Role } from './role.js';

interface Permission {
  /** The lowest role that has it; all above it have it too. */
  least: Role;
  /** As the documents show it. */
  what: string;
}

/**
 * Who may do what in a group: the one table that every service asks (protocol section 8). What is done to a member
 * needs a role above theirs besides.
 */
const PERMISSIONS = {
  read: { least: 'member', what: 'Read the group, its members, its channels and their messages; write messages' },
  delete_messages: { least: 'moderator', what: 'Delete others’ messages, read what edited ones said before' },
  pin_messages: { least: 'moderator', what: 'Pin messages in channels' },
  remove_members: { least: 'moderator', what: 'Remove members of lower roles' },
  ban: { least: 'moderator', what: 'Ban users who are no members or of lower roles, lift and list bans' },
  update_group: { least: 'admin', what: 'Change the group’s name and description' },
  manage_channels: { least: 'admin', what: 'Make, change, order and delete channels' },
  manage_invites: { least: 'admin', what: 'Make, list and revoke invites' },
  change_roles: { least: 'admin', what: 'Give members of lower roles a role below one’s own' },
  read_audit_log: { least: 'admin', what: 'Read the audit log' },
  transfer_group: { least: 'owner', what: 'Hand the group over' },
  delete_group: { least: 'owner', what: 'Delete the group' },
} as const satisfies Record<string, Permission>;

export type Action = keyof typeof PERMISSIONS;
export const ACTIONS = Object.keys(PERMISSIONS) as Action[];

export function leastRole(action: Action): Role {
  return PERMISSIONS[action].least;
}

export function isAllowed(role: Role, action: Action): boolean {
  return isAtLeast(role, leastRole(action));
}

/** The table in Markdown, from the lowest role up. */
export function permissionsTable(): string {
  const roles = ROLES.toReversed();
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const rows = ACTIONS.map((action) =>
    row([PERMISSIONS[action].what, ...roles.map((role) => (isAllowed(role, action) ? '✓' : ''))]),
  );
  return [row(['', ...roles]), row(['---', ...roles.map(() => ':-:')]), ...rows].join('\n');
}
