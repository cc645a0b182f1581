import type { Type } from '@nestjs/common';
import { validateSync, ValidationError } from 'class-validator';
import { FieldProblem, ValidationFailed } from '../../common/domain-error.js';
import { compileRules, rulesOf } from './compiled-rules.js';

/** Turns the parsed JSON of one message into its command, or throws. */
export type CommandParser = (message: Record<string, unknown>) => object;

/**
 * Builds the parser of a command class from its class-validator decorators. Only the listed fields are taken over:
 * fields that are not listed are ignored, never an error (protocol section 1), and a `__proto__` stays data.
 */
export function commandParser(commandClass: Type<object>): CommandParser {
  const fields = [...new Set(rulesOf(commandClass).map((rule) => rule.propertyName))];
  const keepsRules = compileRules(commandClass);
  return (message) => {
    const command = new commandClass();
    for (const field of fields) {
      if (Object.hasOwn(message, field)) (command as Record<string, unknown>)[field] = message[field];
    }
    // class-validator itself has the last word on what is refused, and the words for it.
    if (keepsRules?.(command) !== true) refuseBad(command);
    return command;
  };
}

/** @throws ValidationFailed */
function refuseBad(command: object): void {
  const errors = validateSync(command, { forbidUnknownValues: false });
  if (errors.length > 0) throw new ValidationFailed(errors.flatMap((error) => fieldProblems(error)));
}

function fieldProblems(error: ValidationError, path = ''): FieldProblem[] {
  const field = path + error.property;
  const own = error.constraints ? [{ field, problems: Object.values(error.constraints) }] : [];
  return [...own, ...(error.children ?? []).flatMap((child) => fieldProblems(child, `${field}.`))];
}
