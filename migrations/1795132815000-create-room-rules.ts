import { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateRoomRules1795132815000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE room_rules (
        kind text CONSTRAINT room_rules_kind_check CHECK (kind IN ('room', 'meeting', 'call')),
        room_id varchar(128),
        owner_id uuid NOT NULL CONSTRAINT room_rules_owner_fk REFERENCES users ON DELETE CASCADE,
        access text NOT NULL,
        group_id uuid CONSTRAINT room_rules_group_fk REFERENCES groups ON DELETE SET NULL,
        locked boolean NOT NULL DEFAULT false,
        created_at timestamptz(3) NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        CONSTRAINT room_rules_pk PRIMARY KEY (kind, room_id),
        CONSTRAINT room_rules_access_check
          CHECK (access = 'group' OR (access IN ('anyone', 'invitation') AND group_id IS NULL))
      )
    `);
    await queryRunner.query(`CREATE INDEX room_rules_owner_idx ON room_rules (owner_id)`);
    await queryRunner.query(`CREATE INDEX room_rules_group_idx ON room_rules (group_id) WHERE group_id IS NOT NULL`);
    await queryRunner.query(`
      CREATE TABLE room_standings (
        kind text,
        room_id varchar(128),
        user_id uuid,
        standing text NOT NULL CONSTRAINT room_standings_standing_check CHECK (standing IN ('invited', 'removed')),
        since timestamptz(3) NOT NULL,
        CONSTRAINT room_standings_pk PRIMARY KEY (kind, room_id, user_id),
        CONSTRAINT room_standings_rule_fk FOREIGN KEY (kind, room_id) REFERENCES room_rules ON DELETE CASCADE
      )
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE room_standings`);
    await queryRunner.query(`DROP TABLE room_rules`);
  }
}
