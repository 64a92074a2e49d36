import { InvalidArgumentError } from 'commander'

/** Reads a whole number of an option, at least 1. */
export function wholeNumber(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number > 0) return number
  throw new InvalidArgumentError('It must be a whole number, 1 or more.')
}

/** Reads a time limit in seconds and returns milliseconds. */
export function secondsToMs(text: string): number {
  const seconds = Number(text)
  if (text.trim() !== '' && seconds > 0 && seconds <= 3600) return Math.ceil(seconds * 1000)
  throw new InvalidArgumentError('It must be a number of seconds, more than 0 and at most 3600.')
}
