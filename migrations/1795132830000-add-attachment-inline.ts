import { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether browsers may show a file in its place: decided when it arrives, by what it is and what it was sent as. */
export class AddAttachmentInline1795132830000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE attachments ADD COLUMN inline boolean NOT NULL DEFAULT false`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE attachments DROP COLUMN inline`);
  }
}
