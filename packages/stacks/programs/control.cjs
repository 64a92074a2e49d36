// The control: what a person would write by hand in our place. If it fails too, the stack is at fault, not us.
const { createHmac } = require('node:crypto')

const secret = process.env.STACK_SECRET
const token = process.env.STACK_TOKEN

/** The request's body as text, wherever the stack left it. */
async function textOf(stream, ...parsed) {
  for (const value of parsed) {
    if (typeof value === 'string' && value !== '') return value
    if (Buffer.isBuffer(value) && value.length > 0) return value.toString()
    if (value && typeof value === 'object' && Object.keys(value).length > 0) {
      return JSON.stringify(value)
    }
  }
  const chunks = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

/** Answers webhooks: status and JSON. */
function createControlWebhooks(hear) {
  const seen = new Set()
  return async (text) => {
    const { signature, ...event } = JSON.parse(text)
    const signed = createHmac('sha256', secret).update(JSON.stringify(event)).digest('hex')
    if (signature !== signed) return [401, { error: 'invalid_signature' }]
    if (seen.has(signed)) return [200, { received: true, duplicate: true }]
    seen.add(signed)
    await hear(event)
    return [200, { received: true }]
  }
}

/** Answers whether a user may operate: status and JSON. */
async function answerQuestion(text, headers) {
  if (headers.authorization !== `Bearer ${token}`) return [401, false]
  return [200, JSON.parse(text).email === 'maria@example.com']
}

module.exports = { answerQuestion, createControlWebhooks, textOf }
