import { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The epoch as a function, so that a statement that reads a log reads it in the same snapshot. The cluster's identity
 * counts where the server lets the role see it: privileges are asked first, because a refused function would fail the
 * statement. The first eight digits of a WAL file's name are the timeline, which a promotion or a point-in-time recovery
 * changes; in recovery it cannot be asked, and nothing can be written either.
 */
export class AddCurrentLogEpoch1795132808000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE FUNCTION current_log_epoch() RETURNS text LANGUAGE plpgsql STABLE AS $$
      DECLARE
        identity text := '';
        epoch text;
      BEGIN
        IF has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
          AND has_function_privilege('pg_catalog.pg_current_wal_lsn()', 'EXECUTE')
          AND has_function_privilege('pg_catalog.pg_walfile_name(pg_lsn)', 'EXECUTE')
          AND NOT pg_is_in_recovery()
        THEN
          identity := (SELECT system_identifier FROM pg_control_system())
            || ':' || left(pg_walfile_name(pg_current_wal_lsn()), 8);
        END IF;
        SELECT left(encode(sha256(convert_to(uuid || ':' || identity, 'UTF8')), 'hex'), 32)
          INTO STRICT epoch FROM log_epoch;
        RETURN epoch;
      END
      $$
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP FUNCTION current_log_epoch()`);
  }
}
