import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationId, GroupId, UserId } from '../../src/common/ids.js';
import { ConversationNotFound } from '../../src/conversations/conversations.errors.js';
import { ConversationsService } from '../../src/conversations/conversations.service.js';
import { EpochReader } from '../../src/conversations/epoch-reader.js';
import { GroupMembership } from '../../src/groups/group-membership.js';
import { dataSourceOptions } from '../../src/infra/database/data-source.js';
import { PreparedStatements } from '../../src/infra/database/prepared-statements.js';
import { castOf, groupOf } from '../support/group-scene.js';
import type { Cast } from '../support/group-scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let cast: Cast;

beforeAll(async () => {
  app = await startTestApp();
  cast = await castOf(app);
});

afterAll(() => app.close());

describe('A conversation (2.1)', () => {
  it('has a head', async () => {
    const scene = await groupOf(app, cast);
    const id = scene.channelId as ConversationId;
    const conversations = app.app.get(ConversationsService);
    expect(await conversations.findHead(id)).toEqual({ lastSeq: 0, membershipVersion: 0 });
    await app.sql('UPDATE conversations SET last_seq = 5 WHERE id = $1', [id]);
    expect(await conversations.get(id)).toEqual({
      ...{ id, kind: 'channel', groupId: scene.id, lastSeq: 5, membershipVersion: 0 },
    });
  });

  it('that is gone has no head', async () => {
    const gone = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60' as ConversationId;
    const conversations = app.app.get(ConversationsService);
    expect(await conversations.findHead(gone)).toBeUndefined();
    await expect(conversations.get(gone)).rejects.toThrow(ConversationNotFound);
  });
});

describe('The epoch (2)', () => {
  it('is 32 hex digits that stay the same until the stored UUID changes', async () => {
    const epochs = app.app.get(EpochReader);
    const before = await epochs.read();
    expect(before).toMatch(/^[0-9a-f]{32}$/);
    expect(await epochs.read()).toBe(before);
    await app.sql('UPDATE log_epoch SET uuid = gen_random_uuid()');
    expect(await epochs.read()).not.toBe(before);
  });

  it('is the UUID’s alone where the server does not show its identity', async () => {
    const role = `limited_${new URL(app.databaseUrl).pathname.slice(1)}`;
    await app.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'limited'`);
    await app.sql(`GRANT SELECT ON log_epoch TO ${role}`);
    const url = new URL(app.databaseUrl);
    url.username = role;
    url.password = 'limited';
    const options = { url: url.href, poolSize: 1, statementTimeoutMs: 5000, entities: [], migrations: [] };
    const limited = await new DataSource(dataSourceOptions(options)).initialize();
    try {
      const epochs = new EpochReader(new PreparedStatements(limited));
      const whole = await epochs.read();
      expect(whole).toBe(await app.app.get(EpochReader).read());
      await app.sql('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC');
      const alone = await epochs.read();
      expect(alone).toMatch(/^[0-9a-f]{32}$/);
      expect(alone).not.toBe(whole);
      expect(await epochs.read()).toBe(alone);
    } finally {
      await limited.destroy();
      await app.sql(`DROP OWNED BY ${role}`);
      await app.sql(`DROP ROLE ${role}`);
    }
  });
});

describe('Membership (8)', () => {
  it('is known of members, and of nobody else', async () => {
    const { id } = await groupOf(app, cast);
    const membership = app.app.get(GroupMembership);
    expect(await membership.isMember(id as GroupId, cast.member.id as UserId)).toBe(true);
    expect(await membership.isMember(id as GroupId, cast.stranger.id as UserId)).toBe(false);
  });
});
