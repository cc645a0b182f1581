import type { Faker } from '@faker-js/faker';
import { v7 } from 'uuid';

/** A user as the table has it. */
export interface Person {
  id: string;
  username: string;
  email: string;
  createdAt: Date;
}

const LONGEST_NAME = 28;

/** So many people with names of their own, who came in the weeks before `before`. */
export function makePeople(faker: Faker, count: number, before: Date): Person[] {
  const names = new Set<string>();
  while (names.size < count) names.add(usernameOf(faker, names.size));
  return Array.from(names, (username) => {
    const createdAt = faker.date.recent({ days: 60, refDate: before });
    return { id: v7({ msecs: createdAt.getTime() }), username, email: `${username}@example.com`, createdAt };
  });
}

function usernameOf(faker: Faker, n: number): string {
  const name = `${faker.person.firstName()}.${faker.person.lastName()}`.normalize('NFD').toLowerCase();
  const plain = name.replace(/[^a-z0-9.]/g, '').slice(0, LONGEST_NAME);
  // Of two with one name, the later one has a number.
  return faker.datatype.boolean(0.8) ? plain : `${plain.slice(0, LONGEST_NAME - 4)}${n}`;
}
