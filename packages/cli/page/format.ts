const two = (value: number): string => String(value).padStart(2, '0')

/** The local time of day, to the millisecond: `09:05:07.012`. What is no time stays as it is. */
export function timeOfDay(iso: string): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return iso
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')
  return `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

/** The local date and time: `2026-01-31 09:05:07.012`. */
export function dateAndTime(iso: string): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return iso
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${timeOfDay(iso)}`
}

/** A duration in the unit that reads best: `0.4 ms`, `12 ms`, `1.2 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  return `${(milliseconds / 1000).toFixed(1)} s`
}

/** The length of a text as UTF-8: `1 byte`, `212 bytes`, `65,000 bytes`. */
export function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${grouped(count)} bytes`
}

/** A number and its noun: `1 delivery`, `2,000 deliveries`. */
export function counted(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** A number with its thousands set apart: `2,000`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}
