import { describe, expect, it } from 'vitest';
import { ACTIONS, isAllowed, permissionsTable } from './permissions.js';
import type { Action } from './permissions.js';
import { ROLES } from './role.js';

//                                member, moderator, admin, owner
const EXPECTED: Record<Action, [boolean, boolean, boolean, boolean]> = {
  read: [true, true, true, true],
  delete_messages: [false, true, true, true],
  pin_messages: [false, true, true, true],
  remove_members: [false, true, true, true],
  ban: [false, true, true, true],
  update_group: [false, false, true, true],
  manage_channels: [false, false, true, true],
  manage_invites: [false, false, true, true],
  change_roles: [false, false, true, true],
  read_audit_log: [false, false, true, true],
  transfer_group: [false, false, false, true],
  delete_group: [false, false, false, true],
};

const cells = ACTIONS.flatMap((action) =>
  ROLES.toReversed().map((role, column) => ({ role, action, allowed: EXPECTED[action][column] })),
);

describe('Who may do what in a group (8)', () => {
  it.each(cells)('$role, $action: $allowed', ({ role, action, allowed }) => {
    expect(isAllowed(role, action)).toBe(allowed);
  });

  it('is shown as a table with a row for each action', () => {
    const [head, line, ...rows] = permissionsTable().split('\n');
    expect(head).toBe('|  | member | moderator | admin | owner |');
    expect(line).toBe('| --- | :-: | :-: | :-: | :-: |');
    expect(rows).toHaveLength(ACTIONS.length);
    expect(rows.at(-1)).toBe('| Delete the group |  |  |  | ✓ |');
  });
});
