import { buildMessage, isEmail, Matches, ValidateBy } from 'class-validator';
import { codePoints, isStorable } from '../common/text.js';

export const USERNAME_PATTERN = /^[A-Za-z0-9_.-]{3,32}$/;
const EMAIL_MAX = 254;

/** 3 to 32 of `a-z 0-9 _ . -`. Upper case is accepted; services keep `canonical(name)`. */
export function IsUsername(): PropertyDecorator {
  return Matches(USERNAME_PATTERN, { message: 'must be 3 to 32 of the characters a-z 0-9 _ . -' });
}

/** An e-mail address of 254 characters at most, as it will be stored: lower case. */
export function IsEmailAddress(): PropertyDecorator {
  return ValidateBy({
    name: 'isEmailAddress',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && isStorable(value) && codePoints(canonical(value)) <= EMAIL_MAX && isEmail(value),
      defaultMessage: buildMessage(() => `must be an e-mail address of ${EMAIL_MAX} characters at most`),
    },
  });
}

/** How user names and e-mail addresses are stored and compared: without regard to case. */
export function canonical(name: string): string {
  return name.toLowerCase();
}
