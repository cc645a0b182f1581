/** A place in a list that is sorted by a time and then by a unique text: the sort key of an item. */
export interface Position {
  at: Date;
  id: string;
}

/** Part of such a list. */
export interface PageRequest {
  /** How many items at most. */
  limit: number;
  /** Only the items after this place; from the beginning when undefined. */
  after?: Position | undefined;
}
