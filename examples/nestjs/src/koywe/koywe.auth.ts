/** The token under which Nest injects what the authentication callback goes by, a `KoyweAuthCallbackOptions`. */
export const koyweAuth = Symbol('KoyweAuthCallbackOptions')
