import { ValidateIf } from 'class-validator';

/** The field may be left out, but not be null: where null means nothing, it is a mistake that the client should see. */
export const IfPresent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);
