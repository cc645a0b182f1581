/** Roles in a group, from most to least power (protocol section 8). */
export const ROLES = ['owner', 'admin', 'moderator', 'member'] as const;
export type Role = (typeof ROLES)[number];

export function outranks(role: Role, other: Role): boolean {
  return ROLES.indexOf(role) < ROLES.indexOf(other);
}

export function isAtLeast(role: Role, least: Role): boolean {
  return !outranks(least, role);
}

/** Ownership is not granted but handed over (`POST /groups/:id/transfer`). */
export const GRANTABLE_ROLES = ['admin', 'moderator', 'member'] as const satisfies readonly Role[];
export type GrantableRole = (typeof GRANTABLE_ROLES)[number];
