import type { Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { validateSync } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ValidationFailed } from '../../src/common/domain-error.js';
import { describeRawGateways } from '../../src/realtime/gateway-catalogue.js';
import { commandParser, commandReader } from '../../src/realtime/internal/command-validator.js';
import type { ClientMessage } from '../../src/realtime/internal/message.js';
import { compileRules, rulesOf } from '../../src/realtime/internal/compiled-rules.js';
import { generatedMessages } from '../support/generated-messages.js';
import { startTestApp, TestApp } from '../support/test-app.js';
import { AsyncCommand, NestedCommand, SmallZooCommand, ZooCommand } from '../support/zoo-command.js';

const MESSAGES = 3000;
const SEED = 20_261_121;
/** Of so many generated messages at least so many are right, and wrong: else they would prove nothing. */
const ENOUGH = 20;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

interface Verdicts {
  right: number;
  wrong: number;
  /** Messages that the compiled rules judge otherwise than class-validator. */
  different: object[];
}

/** What class-validator says of generated messages, and where the compiled rules and the parser say another thing. */
function verdictsOf(commandClass: Type<object>): Verdicts {
  const keepsRules = compileRules(commandClass);
  const read = commandReader(commandClass);
  const parse = commandParser(commandClass);
  const fields = [...new Set(rulesOf(commandClass).map(({ propertyName }) => propertyName))];
  const verdicts: Verdicts = { right: 0, wrong: 0, different: [] };
  for (const message of generatedMessages(fields, MESSAGES, SEED)) {
    const text = JSON.stringify(message);
    const sent = { type: 'x', ref: undefined, fields: JSON.parse(text) as Record<string, unknown>, text };
    const command = read(sent);
    const right = validateSync(command, { forbidUnknownValues: false }).length === 0;
    verdicts[right ? 'right' : 'wrong'] += 1;
    const compiled = keepsRules ? keepsRules(command) : right;
    if (compiled !== right || accepts(parse, sent) !== right) verdicts.different.push(message);
  }
  return verdicts;
}

function accepts(parse: ReturnType<typeof commandParser>, message: ClientMessage): boolean {
  try {
    parse(message);
    return true;
  } catch (error) {
    if (error instanceof ValidationFailed && error.details.length > 0) return false;
    throw error;
  }
}

describe('compiled rules of commands and class-validator judge alike', () => {
  it('every command of every gateway', () => {
    const gateways = describeRawGateways(app.app.get(DiscoveryService, { strict: false }));
    const classes = new Set(gateways.flatMap(({ commands }) => commands.map(({ commandClass }) => commandClass)));
    classes.delete(undefined);
    expect(classes.size).toBeGreaterThanOrEqual(4);
    for (const commandClass of classes) {
      // What makes a guest is read before there is a gateway to ask; test/protocol/1.1-guests.test.ts judges it.
      if (!commandClass || commandClass.name === 'GuestJoinCommand') continue;
      expect(compileRules(commandClass), commandClass.name).toBeDefined();
      const { right, wrong, different } = verdictsOf(commandClass);
      expect(different, commandClass.name).toEqual([]);
      // Two flags that must both be there are seldom right by chance.
      expect(Math.min(right, wrong), commandClass.name).toBeGreaterThan(0);
    }
  });

  it.each([
    ['ZooCommand', ZooCommand],
    ['SmallZooCommand', SmallZooCommand],
  ])('rules of all kinds: %s', (_, commandClass: Type<object>) => {
    expect(compileRules(commandClass)).toBeDefined();
    const { right, wrong, different } = verdictsOf(commandClass);
    expect(different).toEqual([]);
    expect(Math.min(right, wrong)).toBeGreaterThan(ENOUGH);
  });

  it.each([
    ['nested', NestedCommand],
    ['asynchronous', AsyncCommand],
  ])('a rule that is more than a call is left to class-validator: %s', (_, commandClass: Type<object>) => {
    expect(compileRules(commandClass)).toBeUndefined();
    expect(verdictsOf(commandClass)).toMatchObject({ different: [] });
  });

  it('a refused command is told what class-validator says', () => {
    const problem = { field: 'present', problems: ['present must not be less than 1'] };
    const fields = { redefined: 'x', present: 0, conditional: 'red' };
    const message = { type: 'x', ref: undefined, fields, text: JSON.stringify(fields) };
    expect(() => commandParser(ZooCommand)(message)).toThrow(expect.objectContaining({ details: [problem] }) as Error);
  });
});
