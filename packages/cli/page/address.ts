/** The parts of the page. */
export const views = ['deliveries', 'orders', 'callback', 'send'] as const

/** One of {@link views}. */
export type View = (typeof views)[number]

/** What the address says after its `#`, so that a reload shows the same. */
export interface Address {
  /** The token of this run of the inspector. */
  readonly token: string | undefined
  readonly view: View
  /** The number of the request that is open. */
  readonly entry: number | undefined
}

/** Reads the fragment of the address. */
export function readAddress(fragment: string): Address {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''))
  const view = views.find((name) => name === fields.get('view')) ?? 'deliveries'
  const entry = Number(fields.get('entry') ?? Number.NaN)
  return {
    token: fields.get('token') || undefined,
    view,
    entry: Number.isSafeInteger(entry) ? entry : undefined,
  }
}

/** Writes it. */
export function writeAddress({ token, view, entry }: Address): string {
  const fields = new URLSearchParams()
  if (token !== undefined) fields.set('token', token)
  if (view !== 'deliveries') fields.set('view', view)
  if (entry !== undefined) fields.set('entry', String(entry))
  return `#${fields}`
}
