/** The token under which Nest injects the receiver, a `KoyweWebhooks`. */
export const koyweReceiver = Symbol('KoyweWebhooks')
