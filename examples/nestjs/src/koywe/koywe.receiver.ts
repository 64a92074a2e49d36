/** Injection token of the receiver (`KoyweWebhooks`). */
export const koyweReceiver = Symbol('KoyweWebhooks')
