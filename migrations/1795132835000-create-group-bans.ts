import { MigrationInterface, QueryRunner } from 'typeorm';

/** Who may not come back to a group (protocol section 8). */
export class CreateGroupBans1795132835000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE group_bans (
        group_id uuid CONSTRAINT group_bans_group_fk REFERENCES groups ON DELETE CASCADE,
        user_id uuid CONSTRAINT group_bans_user_fk REFERENCES users ON DELETE CASCADE,
        banned_by uuid NOT NULL CONSTRAINT group_bans_banned_by_fk REFERENCES users,
        reason varchar(500) NOT NULL DEFAULT '',
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT group_bans_pk PRIMARY KEY (group_id, user_id)
      )
    `);
    await queryRunner.query(`CREATE INDEX group_bans_user_idx ON group_bans (user_id)`);
    await queryRunner.query(`CREATE INDEX group_bans_order_idx ON group_bans (group_id, created_at, user_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE group_bans`);
  }
}
