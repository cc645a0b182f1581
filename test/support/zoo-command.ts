import {
  Allow,
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  Equals,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsISO8601,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsPositive,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  registerDecorator,
  Validate,
  ValidateIf,
  ValidateNested,
  ValidationArguments,
  ValidatorConstraint,
  ValidatorConstraintInterface,
} from 'class-validator';
import { IfPresent } from '../../src/common/if-present.js';
import { IsText } from '../../src/common/text.js';

@ValidatorConstraint({ name: 'isShorterThan' })
class IsShorterThan implements ValidatorConstraintInterface {
  validate(value: unknown, { object, constraints }: ValidationArguments): boolean {
    const other = (object as Record<string, unknown>)[constraints[0] as string];
    return typeof value === 'string' && (typeof other !== 'string' || value.length < other.length);
  }
}

@ValidatorConstraint({ name: 'isSlow', async: true })
class IsSlow implements ValidatorConstraintInterface {
  validate(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

/** Nobody but this file knows it. */
const IsOddlyNamed = (): PropertyDecorator => (target, property) => {
  registerDecorator({
    name: 'isOddlyNamed',
    target: target.constructor,
    propertyName: property as string,
    validator: { validate: (value: unknown) => typeof value === 'string' && value.length % 2 === 1 },
  });
};

class ZooParent {
  @IsOptional()
  @IsUUID()
  inherited?: string;

  @IsString()
  redefined!: string;
}

/** One of each kind of rule that is a call. */
export class ZooCommand extends ZooParent {
  @MaxLength(64)
  declare redefined: string;

  @IsOptional()
  @IsText({ min: 2, max: 64 })
  text?: string;

  @IfPresent()
  @IsInt()
  @Min(1)
  @Max(10)
  present?: number;

  @ValidateIf((zoo: ZooCommand) => zoo.present !== undefined)
  @IsIn(['red', 'true', '12'])
  conditional?: string;

  @IsOptional()
  @IsBoolean({ groups: ['never asked for'] })
  @IsDefined()
  grouped?: boolean;

  @IsOptional()
  @IsString({ each: true })
  @Length(1, 3, { each: true })
  @ArrayMaxSize(3)
  @ArrayUnique()
  list?: string[];

  @Allow()
  anything?: unknown;
}

export class SmallZooCommand {
  @IsOptional()
  @Matches(/^[a-z]+$/)
  matching?: string;

  @IsOptional()
  @IsISO8601()
  time?: string;

  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  array?: unknown[];

  @IsOptional()
  @IsObject()
  object?: object;

  @IsOptional()
  @Equals(true)
  equal?: boolean;

  @IsOptional()
  @IsPositive({ validateIf: (_, value) => value !== -1 })
  positive?: number;

  @IsOptional()
  @IsNotEmpty()
  filled?: unknown;

  @IsOptional()
  @Validate(IsShorterThan, ['matching'])
  shorter?: string;

  @IsOptional()
  @IsOddlyNamed()
  odd?: unknown;
}

class Part {
  @IsInt()
  n!: number;
}

/** Rules that are more than a call: for these class-validator decides alone. */
export class NestedCommand {
  @IsOptional()
  @ValidateNested()
  part?: Part;
}

export class AsyncCommand {
  @Validate(IsSlow)
  slow?: string;
}
