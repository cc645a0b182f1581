/** What becomes of a column that names a user, or is of a user's row, when the account is deleted. */
export type Decision =
  /** It stays, and shows the anonymous name: what was said keeps its place. */
  | 'stays'
  /** The mark has overwritten it (`UsersService.markDeleted`). */
  | 'marked'
  /** It goes with what it hangs on, which leaving the groups removes (`AccountDepartures`). */
  | 'left'
  /** One of the statements below. */
  | 'erased';

/** Every column that names a user, and all of `users`; a test walks the database and finds the one that is missing here. */
export const DECISIONS: Record<string, Decision> = {
  'users.id': 'stays',
  'users.username': 'marked',
  'users.email': 'marked',
  'users.password_hash': 'marked',
  'users.avatar_id': 'marked',
  'users.created_at': 'stays',
  'users.deactivated_at': 'marked',
  'users.identity_changed_at': 'marked',
  'users.deleted_at': 'marked',
  'users.erased_at': 'erased',
  'sessions.user_id': 'erased',
  'groups.owner_id': 'left',
  'group_members.user_id': 'left',
  'group_invites.created_by': 'erased',
  'group_bans.user_id': 'erased',
  'group_bans.banned_by': 'stays',
  'group_audit_entries.actor_id': 'stays',
  'group_audit_entries.target_user_id': 'stays',
  'dms.user_low_id': 'stays',
  'dms.user_high_id': 'stays',
  'messages.sender_id': 'stays',
  'messages.mentions': 'stays',
  'messages.deleted_by': 'stays',
  'message_reactions.user_id': 'stays',
  'attachments.owner_id': 'erased',
  'read_states.user_id': 'erased',
  'user_blocks.blocker_id': 'erased',
  'user_blocks.blocked_id': 'erased',
  'lobby_messages.user_id': 'stays',
  'lobby_messages.username': 'erased',
  // The rule of a room outlives its owner: without it, the room would be open to everyone.
  'room_rules.owner_id': 'stays',
  'room_standings.user_id': 'erased',
  'live_topics.owner_id': 'stays',
  'calls.caller_id': 'stays',
  'calls.callee_id': 'stays',
  // It goes when the call ends, as it does for whoever is cut off.
  'call_parties.user_id': 'stays',
};

/** With the user's id as `$1`, in this order. Each may be repeated. */
export const ERASURES = [
  'DELETE FROM sessions WHERE user_id = $1',
  'DELETE FROM group_invites WHERE created_by = $1',
  'DELETE FROM group_bans WHERE user_id = $1',
  'DELETE FROM read_states WHERE user_id = $1',
  'DELETE FROM user_blocks WHERE blocker_id = $1 OR blocked_id = $1',
  'DELETE FROM room_standings WHERE user_id = $1',
  `UPDATE lobby_messages m SET username = u.username FROM users u
    WHERE m.user_id = $1 AND u.id = m.user_id AND m.username <> u.username`,
  // The files' own sweep takes them from the disk.
  `UPDATE attachments SET state = 'deleted' WHERE owner_id = $1 AND state <> 'deleted'`,
];
