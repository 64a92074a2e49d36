/** What is fuzzed: returns the status of the answer, and rejects when a promise is broken. */
declare module 'target' {
  export function fuzz(data: Buffer): Promise<number>
}
