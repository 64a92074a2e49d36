/** One body that nobody signed. */
export interface UnsignedBody {
  readonly name: string
  readonly bytes: Buffer
}

const signature = `"signature":"${'0'.repeat(64)}"`

/** A flat body like an event with many more fields, of `size` bytes at most. */
export function flatBody(size: number): UnsignedBody {
  const value = 'A value of a usual length, 40 characters'
  return fill('flat fields', size, '{', (index) => `"field${index}":"${value}",`, `${signature}}`)
}

/** Deep bodies of the same size: the time of a parser or a serialiser may grow with values times depth. */
export function nestedBodies(size: number): readonly UnsignedBody[] {
  return [
    nest('nested arrays', size, '[', ']'),
    nest('nested objects', size, '{"a":', '}'),
    nest('nested arrays and objects', size, '[{"a":', '}]'),
    below(60, size),
    below(1000, size),
    below(3000, size),
    below(4000, size),
    fill(
      'arrays nested 60 deep, in a row',
      size,
      '{"a":[',
      () => `${'['.repeat(60)}${']'.repeat(60)},`,
      `0],${signature}}`,
    ),
  ]
}

/** Bodies of the same size, each designed to cost as much as possible. */
export function hostileBodies(size: number): readonly UnsignedBody[] {
  return [
    ...nestedBodies(size),
    fill('many keys', size, '{', (index) => `"${index.toString(36)}":0,`, `${signature}}`),
    fill(
      'many number keys',
      size,
      '{',
      (index) => `"${(index * 1_000_003) % 4e9}":0,`,
      `${signature}}`,
    ),
    fill('many empty objects', size, '{"a":[', () => '{},', `0],${signature}}`),
    fill('many small values', size, '{"a":[', () => '0,', `0],${signature}}`),
    fill(
      'many long numbers',
      size,
      '{"a":[',
      (index) => `-1.${index}2345678901234e-${index % 300},`,
      `0],${signature}}`,
    ),
    fill('one long number', size, '{"a":', () => '9', `,${signature}}`),
    fill('escapes', size, '{"a":"', () => '\\u0001', `",${signature}}`),
    fill('lone surrogates', size, '{"a":"', () => '\\ud800', `",${signature}}`),
    fill('characters of three bytes', size, '{"a":"', () => '€', `",${signature}}`),
    fill('one long string', size, '{"a":"', () => 'a', `",${signature}}`),
    fill(
      'many keys of empty objects',
      size,
      '{',
      (index) => `"${index.toString(36)}":{},`,
      `${signature}}`,
    ),
    fill(
      'many keys of one wide character',
      size,
      '{',
      (index) => `"${String.fromCharCode(0x100 + index)}":{},`,
      `${signature}}`,
    ),
    fill(
      'objects nested 60 deep, each with a key of its own',
      size,
      '{"a":[',
      (index) =>
        `${Array.from({ length: 60 }, (_, level) => `{"${String.fromCharCode(0x100 + 60 * index + level)}":`).join('')}0${'}'.repeat(60)},`,
      `0],${signature}}`,
    ),
    fill(
      'objects with a key of their own',
      size,
      '{"a":[',
      (index) => `{"${String.fromCharCode(0x100 + index)}":0},`,
      `0],${signature}}`,
    ),
    fill('one key, again and again', size, '{', () => '"a":0,', `${signature}}`),
  ]
}

function nest(name: string, size: number, open: string, close: string): UnsignedBody {
  const frame = `{${signature},"a":0}`
  const depth = Math.floor((size - frame.length) / (open.length + close.length))
  const text = `{${signature},"a":${open.repeat(depth)}0${close.repeat(depth)}}`
  return { name, bytes: Buffer.from(text) }
}

/** A serialiser that checks for cycles compares each of these arrays with all its ancestors. */
function below(depth: number, size: number): UnsignedBody {
  const start = `{"a":${'['.repeat(depth)}`
  const end = `0${']'.repeat(depth)},${signature}}`
  return fill(`arrays below ${depth} levels`, size, start, () => '[0],', end)
}

function fill(
  name: string,
  size: number,
  start: string,
  part: (index: number) => string,
  end: string,
): UnsignedBody {
  const parts: string[] = []
  let room = size - Buffer.byteLength(start) - Buffer.byteLength(end)
  for (let index = 0; ; index++) {
    const next = part(index)
    room -= Buffer.byteLength(next)
    if (room < 0) break
    parts.push(next)
  }
  return { name, bytes: Buffer.from(`${start}${parts.join('')}${end}`) }
}
