import { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateUsers1795132800000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE users (
        id uuid CONSTRAINT users_pk PRIMARY KEY,
        username varchar(32) NOT NULL,
        email varchar(254) NOT NULL,
        password_hash text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        deactivated_at timestamptz(3)
      )
    `);
    await queryRunner.query(`CREATE UNIQUE INDEX users_username_key ON users (username)`);
    await queryRunner.query(`CREATE UNIQUE INDEX users_email_key ON users (email)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE users`);
  }
}
