import { MigrationInterface, QueryRunner } from 'typeorm';

/** Channels are shown in the order that their group's admins give them (protocol section 8). */
export class AddChannelPositions1795132837000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE channels ADD COLUMN position integer NOT NULL DEFAULT 0`);
    await queryRunner.query(`
      UPDATE channels c SET position = o.place
        FROM (SELECT id, row_number() OVER (PARTITION BY group_id ORDER BY created_at, id) - 1 AS place FROM channels) o
       WHERE c.id = o.id
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE channels DROP COLUMN position`);
  }
}
