import { buildMessage, ValidateBy } from 'class-validator';
import { codePoints, isStorable } from '../common/text.js';
import { isCommonPassword } from './internal/common-passwords.js';

const PASSWORD_MIN = 10;
const PASSWORD_MAX = 128;

/** The form that is counted and hashed: the same letter counts the same, however a keyboard composed it. */
export function normalisePassword(password: string): string {
  return password.normalize('NFC');
}

/** A password to be set: 10 to 128 code points, never trimmed or cut, and not one that everybody tries first. */
export function IsNewPassword(): PropertyDecorator {
  return ValidateBy({
    name: 'isNewPassword',
    validator: {
      validate: (value: unknown) => newPasswordProblem(value) === undefined,
      defaultMessage: (args) => newPasswordProblem(args?.value) ?? '',
    },
  });
}

/** A password to be checked: whatever could have been set by any rule. */
export function IsGivenPassword(): PropertyDecorator {
  return ValidateBy({
    name: 'isGivenPassword',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && lengthOf(value) <= PASSWORD_MAX && value !== '',
      defaultMessage: buildMessage(() => `must be a string of 1 to ${PASSWORD_MAX} characters`),
    },
  });
}

function newPasswordProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (!isStorable(value)) return 'must not hold NUL or lone surrogates';
  const length = lengthOf(value);
  if (length < PASSWORD_MIN || length > PASSWORD_MAX)
    return `must be ${PASSWORD_MIN} to ${PASSWORD_MAX} characters long`;
  return isCommonPassword(value) ? 'is too common' : undefined;
}

const lengthOf = (password: string) => codePoints(normalisePassword(password));
