const DOCUMENTS = /^\/docs(?:[-/]|$)/;

/** Whether this path, under `/api`, is a page of the documentation: the same for everyone. */
export function isDocument(path: string): boolean {
  return DOCUMENTS.test(path);
}
