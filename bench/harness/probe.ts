// Loaded into every measured server before its own code: collects garbage when told, so that memory can be compared. It
// costs nothing else.
process.on('message', ({ id }: { id: number }) => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send?.({ id, result: { heapUsed, external, rss } });
});
process.channel?.unref();
