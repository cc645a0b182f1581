import { MigrationInterface, QueryRunner } from 'typeorm';

/** The words of messages, and how far each log's are kept. */
export class CreateMessageTerms1795132826000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE message_terms (
        message_id uuid CONSTRAINT message_terms_pk PRIMARY KEY
          CONSTRAINT message_terms_message_fk REFERENCES messages ON DELETE CASCADE,
        conversation_id uuid NOT NULL,
        sent_at timestamptz(3) NOT NULL,
        terms tsvector NOT NULL
      )
    `);
    await queryRunner.query(`CREATE INDEX message_terms_idx ON message_terms USING gin (terms)`);
    await queryRunner.query(`CREATE INDEX message_terms_conversation_idx ON message_terms (conversation_id, sent_at)`);
    await queryRunner.query(`CREATE INDEX message_terms_sent_idx ON message_terms (sent_at, message_id)`);
    await queryRunner.query(`
      CREATE TABLE search_positions (
        conversation_id uuid CONSTRAINT search_positions_pk PRIMARY KEY
          CONSTRAINT search_positions_conversation_fk REFERENCES conversations ON DELETE CASCADE,
        indexed_rev bigint NOT NULL DEFAULT 0
      )
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE search_positions`);
    await queryRunner.query(`DROP TABLE message_terms`);
  }
}
