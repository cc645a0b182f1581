import { permissionsTable } from '../groups/permissions.js';

/** What every route has in common, for the first page of the reference. */
export const DESCRIPTION = `
Accounts, groups, channels, direct messages and presence, over REST. What happens while you are connected comes over WebSocket:
see the **[WebSocket reference](/api/docs/ws)**. REST and WebSocket give the same shape for the same thing, and a REST write is
seen by everyone who is connected.

### Signing in
\`POST /api/auth/register\` or \`POST /api/auth/login\` give an \`access_token\` (15 minutes) and a \`refresh_token\` (one use each).
Send the first as \`Authorization: Bearer <access_token>\`; it is needed on every route that shows a lock. When it has expired
(401, \`expired_token\`), \`POST /api/auth/refresh\` gives a new pair. Browsers open WebSockets with a one-time ticket of
\`POST /api/auth/ws-ticket\`.

### Conventions
- Bodies are JSON objects in UTF-8, up to 256 KiB, at most 32 levels deep and with at most 256 keys in an object.
  Fields that are not listed are ignored, never an error.
- A file is uploaded as \`multipart/form-data\`, and comes as what it is.
- Names are snake_case. Ids are UUIDs. Times are ISO 8601 in UTC, with milliseconds and \`Z\`.
- Texts are counted in Unicode code points, and stored trimmed.

### Errors
Every error is \`application/problem+json\` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)). Act on \`code\`; \`title\` and \`detail\` are for people.
With \`validation_failed\`, \`errors\` lists each field and what is wrong with it; an id in a path that is no UUID is such a field.
With \`rate_limited\` (429) and \`unavailable\` (503), wait \`retry_after_ms\` (also sent as \`Retry-After\`).
\`not_found\` may also mean that you may not know of the thing. Every answer carries \`X-Request-Id\`, which a client may choose.

### Lists
Lists answer \`{ "items": […], "next_cursor": … }\`. Ask for up to \`limit\` items (1 to 100, else 50), and give \`next_cursor\` as \`cursor\` for
the next page, until it is null. A cursor means something to its own list only. Messages page by \`before_seq\` and \`after_seq\` instead.
`.trim();

/** The chapters of the reference, in their order. */
export const TAGS = {
  auth: 'Accounts are made and entered here: tokens, sessions, one-time WebSocket tickets, the password.',
  users: 'People: yourself, and the profiles of others.',
  groups: `Groups, their members and roles. Whoever acts on a member needs a role above theirs besides.\n\n${permissionsTable()}`,
  invites: 'Codes that let people into a group.',
  channels: 'The channels of a group: TEXT, VOICE and VIDEO.',
  messages: 'The messages of a channel: its ordered, durable log, and the feed of its changes.',
  unreads: 'How far you have read, and what is left.',
  dms: 'Direct messages between two people.',
  attachments: 'Files: uploaded first, then sent with a message, and read by those who may read it.',
  presence: 'Who is online.',
  lobby: 'Game rooms: what there is on all nodes. Players make and join them on the lobby gateway.',
  rooms: 'Signaling rooms (`/ws/{room_id}`): who is there, and the owner’s rule of who may join.',
  meetings: 'Meetings (`/ws/meet/{room_id}`): the same as for rooms.',
  calls: 'Call rooms (Socket.IO): the same as for rooms.',
  live: 'Live topics: a last value each, and every later one to whoever subscribes on the live gateway.',
  signaling: 'What calls and rooms need beside their WebSocket.',
  operations: 'For whoever runs the server; outside `/api`.',
} as const;
