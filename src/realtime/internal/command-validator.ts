import type { Type } from '@nestjs/common';
import { validateSync, ValidationError } from 'class-validator';
import { FieldProblem, ValidationFailed } from '../../common/domain-error.js';
import { RawJson, verbatimFields } from '../raw-json.js';
import { compileRules, rulesOf } from './compiled-rules.js';
import { ClientMessage } from './message.js';
import { rawMember } from './raw-member.js';

/** Turns one message into its command, or throws. */
export type CommandParser = (message: ClientMessage) => object;

/** Builds the parser of a command class from its class-validator decorators. */
export function commandParser(commandClass: Type<object>): CommandParser {
  const read = commandReader(commandClass);
  const keepsRules = compileRules(commandClass);
  return (message) => {
    const command = read(message);
    // class-validator itself has the last word on what is refused, and the words for it.
    if (keepsRules?.(command) !== true) refuseBad(command);
    return command;
  };
}

/**
 * Takes over the fields that have rules, and checks nothing: fields that are not listed are ignored, never an error
 * (protocol section 1), and a `__proto__` stays data.
 */
export function commandReader(commandClass: Type<object>): CommandParser {
  const verbatim = verbatimFields(commandClass);
  const listed = new Set(rulesOf(commandClass).map((rule) => rule.propertyName));
  const fields = [...listed].map((name) => ({ name, verbatim: verbatim.includes(name) }));
  return ({ fields: given, text }) => {
    const command = new commandClass() as Record<string, unknown>;
    for (const { name, verbatim } of fields) {
      if (Object.hasOwn(given, name)) command[name] = verbatim ? new RawJson(rawMember(text, name) ?? '') : given[name];
    }
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
