/** What can be fuzzed: the module of each target, and what it tries. */
export const targets = {
  ramp: 'headers and bodies of every kind, at a receiver of the ramp API',
  payments: 'bytes, signatures and what parsers leave, at a receiver of the Payments API',
  body: 'uploads that stall, break off or say another length, at both',
} as const

/** The name of a target. */
export type Target = keyof typeof targets

/** All of their names. */
export const targetNames = Object.keys(targets) as readonly Target[]
