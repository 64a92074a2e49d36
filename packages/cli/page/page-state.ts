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
}

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
  /** Whether the body of the open delivery is being edited. */
  isEditing: boolean
  /** Whether an action is under way. */
  isActing: boolean
  notice: Notice | undefined
}

/** What the user can do. */
export interface Commands {
  show(view: View): void
  open(number: number): void
  /** Closes the details and returns to the row they belong to. */
  close(): void
  filter(change: Partial<Filter>): void
  /** Shows only the deliveries of an order. */
  showOrder(orderId: string): void
  showMore(): void
  toggleFilters(): void
  edit(on: boolean): void
  act(action: Action): Promise<void>
  copy(text: string, what: string): Promise<void>
  /** Says something, such as why there is nothing to do. */
  say(notice: Notice | undefined): void
}
