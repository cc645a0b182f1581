declare module 'cluster-key-slot' {
  /** The slot of a Redis Cluster that a key or channel belongs to. */
  export default function calculateSlot(key: string): number;
}
