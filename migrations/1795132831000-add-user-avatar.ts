import { MigrationInterface, QueryRunner } from 'typeorm';

/** The file that is a user's avatar. Whoever replaces it marks the file, so nothing needs to look from the file to the user. */
export class AddUserAvatar1795132831000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE users ADD COLUMN avatar_id uuid`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE users DROP COLUMN avatar_id`);
  }
}
