import { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateGroups1795132802000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE groups (
        id uuid CONSTRAINT groups_pk PRIMARY KEY,
        name varchar(100) NOT NULL,
        description varchar(1000) NOT NULL DEFAULT '',
        owner_id uuid NOT NULL CONSTRAINT groups_owner_fk REFERENCES users,
        created_at timestamptz(3) NOT NULL,
        updated_at timestamptz(3) NOT NULL
      )
    `);
    await queryRunner.query(`CREATE INDEX groups_owner_idx ON groups (owner_id)`);
    await queryRunner.query(`
      CREATE TABLE group_members (
        group_id uuid CONSTRAINT group_members_group_fk REFERENCES groups ON DELETE CASCADE,
        user_id uuid CONSTRAINT group_members_user_fk REFERENCES users ON DELETE CASCADE,
        role text NOT NULL
          CONSTRAINT group_members_role_check CHECK (role IN ('owner', 'admin', 'moderator', 'member')),
        joined_at timestamptz(3) NOT NULL,
        CONSTRAINT group_members_pk PRIMARY KEY (group_id, user_id)
      )
    `);
    await queryRunner.query(`CREATE INDEX group_members_user_idx ON group_members (user_id)`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX group_members_owner_key ON group_members (group_id) WHERE role = 'owner'`,
    );
    await queryRunner.query(`
      CREATE TABLE group_invites (
        code varchar(32) CONSTRAINT group_invites_pk PRIMARY KEY,
        group_id uuid NOT NULL CONSTRAINT group_invites_group_fk REFERENCES groups ON DELETE CASCADE,
        created_by uuid NOT NULL CONSTRAINT group_invites_creator_fk REFERENCES users ON DELETE CASCADE,
        uses integer NOT NULL DEFAULT 0,
        max_uses integer,
        expires_at timestamptz(3),
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT group_invites_uses_check CHECK (max_uses IS NULL OR uses <= max_uses)
      )
    `);
    await queryRunner.query(`CREATE INDEX group_invites_group_idx ON group_invites (group_id)`);
    await queryRunner.query(`CREATE INDEX group_invites_creator_idx ON group_invites (created_by)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE group_invites`);
    await queryRunner.query(`DROP TABLE group_members`);
    await queryRunner.query(`DROP TABLE groups`);
  }
}
