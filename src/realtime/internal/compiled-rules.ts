import type { Type } from '@nestjs/common';
import type { ValidationArguments, ValidatorConstraintInterface } from 'class-validator';
import { getMetadataStorage, ValidationTypes } from 'class-validator';

type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];
type Check = (command: object, value: unknown) => boolean;
type Condition = (command: object, value: unknown) => unknown;

const CONSTRAINTS = new Set<string>([ValidationTypes.CUSTOM_VALIDATION, ValidationTypes.IS_DEFINED]);

/** What class-validator's decorators say of a class, with what it inherits. */
export function rulesOf(commandClass: Type<object>): Rule[] {
  return getMetadataStorage().getTargetValidationMetadatas(commandClass, '', false, false);
}

/**
 * Whether a command keeps all rules of its class. Their look-up is done here, once; what is left for each command is to
 * call the very functions that class-validator would call, so that custom decorators count too and nothing is described
 * twice. Undefined where a rule is more than a call, such as a nested object or an asynchronous constraint.
 */
export function compileRules(commandClass: Type<object>): ((command: object) => boolean) | undefined {
  const rules = rulesOf(commandClass);
  const names = [...new Set(rules.map(({ propertyName }) => propertyName))];
  const fields: { name: string; check: Check }[] = [];
  for (const name of names) {
    const check = compileField(
      commandClass.name,
      rules.filter(({ propertyName }) => propertyName === name),
    );
    if (check === undefined) return undefined;
    fields.push({ name, check });
  }
  return (command) => {
    for (const { name, check } of fields) {
      if (!check(command, (command as Record<string, unknown>)[name])) return false;
    }
    return true;
  };
}

function compileField(targetName: string, rules: Rule[]): Check | undefined {
  const conditions: Condition[] = [];
  const checks: Check[] = [];
  for (const rule of rules) {
    if (rule.type === ValidationTypes.CONDITIONAL_VALIDATION) conditions.push(rule.constraints[0] as Condition);
    else if (CONSTRAINTS.has(rule.type)) {
      const check = compileConstraints(targetName, rule);
      if (check === undefined) return undefined;
      checks.push(check);
    } else if (rule.type !== ValidationTypes.WHITELIST) return undefined;
  }
  return (command, value) => {
    for (const applies of conditions) if (!applies(command, value)) return true;
    for (const check of checks) if (!check(command, value)) return false;
    return true;
  };
}

function compileConstraints(targetName: string, rule: Rule): Check | undefined {
  const constraints = getMetadataStorage().getTargetValidatorConstraints(rule.constraintCls);
  if (constraints.some((constraint) => constraint.async)) return undefined;
  const validators = constraints.map(({ instance }) => instance);
  const { propertyName: property, constraints: given, validateIf, each } = rule;
  return (object, value) => {
    if (validateIf && !validateIf(object, value)) return true;
    const args = { targetName, property, object, value, constraints: given as unknown[] };
    for (const validator of validators) if (!passes(validator, each, args)) return false;
    return true;
  };
}

function passes(validator: ValidatorConstraintInterface, each: boolean, args: ValidationArguments): boolean {
  const value = args.value as unknown;
  if (!each || !isCollection(value)) return Boolean(validator.validate(value, args));
  for (const item of value.values()) if (!validator.validate(item, args)) return false;
  return true;
}

function isCollection(value: unknown): value is unknown[] | Set<unknown> | Map<unknown, unknown> {
  return Array.isArray(value) || value instanceof Set || value instanceof Map;
}
