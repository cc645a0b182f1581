/** Every migration, oldest first. */
export const MIGRATIONS: (new () => object)[] = [];
