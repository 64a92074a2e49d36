import { bodyOf, headOf, type Traced } from './traced.js'

/**
 * Reports on their way to the inspector. They are written into one block of memory as they come, so that nothing of a request lives on
 * for the garbage collector once it is answered.
 */
export interface Batch {
  /** Adds a line. Returns `false` when it does not fit. */
  line(text: string): boolean
  /** Adds what is known of a request. Returns `false` when it does not fit. */
  request(one: Traced): boolean
  /** Takes everything that was added. */
  take(): Uint8Array | undefined
}

/** More in one batch is dropped. Some 10,000 deliveries of Koywe's fit. */
const blockBytes = 4 * 1024 * 1024
/** Larger than the head of any request whose own texts have a sensible length. */
const mostBytesOf = (text: string): number => text.length * 3

/** Creates an empty batch. */
export function createBatch(): Batch {
  let block: Buffer | undefined
  let used = 0

  function line(text: string): boolean {
    block ??= Buffer.allocUnsafeSlow(blockBytes)
    if (used + mostBytesOf(text) > blockBytes) return false
    used += block.write(text, used)
    return true
  }

  return {
    line,
    request(one) {
      const body = bodyOf(one)
      const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body?.byteLength
      if (used + (bytes ?? 0) > blockBytes) return false
      const start = used
      if (!line(headOf(one, bytes))) return false
      if (body === undefined || bytes === undefined) return true
      if (used + bytes > blockBytes) {
        used = start
        return false
      }
      if (typeof body === 'string') block?.write(body, used)
      else block?.set(body, used)
      used += bytes
      return true
    },
    take() {
      if (block === undefined || used === 0) return undefined
      // A copy, so that the block is at hand for the next batch.
      const taken = Buffer.from(block.subarray(0, used))
      used = 0
      return taken
    },
  }
}
