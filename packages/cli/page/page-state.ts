import type { Action, ApplicationState, Catalogue } from '../src/inspect/entries.js'
import type { View } from './address.js'
import type { EntryList } from './entry-list.js'
import type { Filter } from './filter.js'

/** The connection to the inspector. `denied`: the token is missing or of another run. */
export type Link =
  | { readonly state: 'connecting' | 'open' | 'denied' }
  | { readonly state: 'lost'; readonly retryInSeconds: number }

/** What the page says about something the user did. */
export interface Notice {
  readonly kind: 'done' | 'problem'
  readonly text: string
  /** The number of the request that was sent. Its answer follows the text once it is known. */
  readonly sent?: number
}

/** What the user is about to do with the open delivery. */
export type Resend =
  /** Editing its body. `fault` says why the text was not sent. */
  | { readonly step: 'editing'; readonly fault?: string }
  /** Signing a body that nobody has verified. */
  | { readonly step: 'confirming' }

/** Everything that the page shows. */
export interface PageState {
  link: Link
  application: ApplicationState | undefined
  catalogue: Catalogue | undefined
  readonly entries: EntryList
  view: View
  /** The number of the request whose details are open. It may not have arrived yet. */
  opened: number | undefined
  /** The number of the delivery to point at in the list of orders. */
  pointed: number | undefined
  filter: Filter
  /** How many rows a list draws. */
  rows: number
  /** Whether a narrow window shows all filters. */
  showsFilters: boolean
  resend: Resend | undefined
  /** Whether an action is under way. */
  isActing: boolean
  notice: Notice | undefined
}

/** What the user can do. */
export interface Commands {
  show(view: View): void
  /** Shows what an earlier address did. */
  restore(place: Pick<PageState, 'view' | 'opened' | 'filter'>): void
  open(number: number): void
  /** Opens a delivery and shows its row, whatever the list showed before. */
  jumpTo(number: number): void
  /** Closes the details and returns to the row they belong to. */
  close(): void
  filter(change: Partial<Filter>): void
  /** Shows only the deliveries of an order. */
  showOrder(orderId: string): void
  showMore(): void
  toggleFilters(): void
  prepare(resend: Resend | undefined): void
  act(action: Action): Promise<void>
  copy(text: string, what: string): Promise<void>
  /** Says something, such as why there is nothing to do. */
  say(notice: Notice | undefined): void
}
