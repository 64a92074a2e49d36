/** Injection token of the authentication callback's options (`KoyweAuthCallbackOptions`). */
export const koyweAuth = Symbol('KoyweAuthCallbackOptions')
