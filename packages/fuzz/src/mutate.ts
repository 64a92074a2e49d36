import type { Random } from './random.js'

/** The longest input, in bytes. */
export const longest = 4096

const words = [
  '"signature":"',
  '"eventName":"crypto_delivered"',
  '"type":"order.paid"',
  '{"a":',
  '[',
  '}',
  '"',
  '\\u0000',
  '\ufeff',
  '-0',
  '__proto__',
  '1e999',
].map((word) => Buffer.from(word))

/** Changes an input in up to eight places, or grafts a part of another one onto it. */
export function mutate(input: Buffer, other: Buffer, random: Random): Buffer {
  let result = input
  for (let more = 1 + random(8); more > 0; more--) {
    const at = random(result.length + 1)
    const [before, after] = [result.subarray(0, at), result.subarray(at)]
    switch (random(6)) {
      case 0:
        result = Buffer.concat([before, Buffer.from([random(256)]), after.subarray(1)])
        break
      case 1:
        result = Buffer.concat([before, randomBytes(1 + random(16), random), after])
        break
      case 2:
        result = Buffer.concat([before, after.subarray(1 + random(16))])
        break
      case 3:
        result = Buffer.concat([before, words[random(words.length)] ?? before, after])
        break
      case 4:
        result = Buffer.concat([before, after.subarray(0, random(64)), after])
        break
      default:
        result = Buffer.concat([before, other.subarray(random(other.length + 1))])
    }
  }
  return result.subarray(0, longest)
}

/** Bytes of any value. */
export function randomBytes(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)))
}
