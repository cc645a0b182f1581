import { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Nothing asks for a sender's messages of all logs, and a plan made while the table was small could look a nonce up through
 * this index, reading everything that the sender ever wrote.
 */
export class DropMessagesSenderIdx1795132809000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX messages_sender_idx`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE INDEX messages_sender_idx ON messages (sender_id)`);
  }
}
