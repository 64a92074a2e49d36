import { type Check, not, pass, summaryOf } from './check.js'
import { post, type Receiver } from './receiver.js'

const name = 'answers are not compressed'

/** Looks at how an answer is encoded, with and without the header by which clients such as axios allow compression. */
export async function checkCompression(receiver: Receiver): Promise<Check> {
  for (const allowed of [undefined, 'gzip, compress, deflate, br']) {
    const outcome = await post(receiver, {
      body: '{}',
      headers: {
        'content-type': 'application/json',
        ...(allowed !== undefined && { 'accept-encoding': allowed }),
      },
    })
    if (outcome.kind !== 'answer') return not('fail', name, outcome.kind, summaryOf(outcome))
    const encoding = outcome.headers.get('content-encoding') ?? 'identity'
    if (encoding === 'identity') continue
    return allowed === undefined
      ? not('fail', name, 'compressed_answer', `${encoding}, though the request does not allow it`)
      : not('warn', name, 'compressed_answer', `${encoding}, if the request allows it`)
  }
  return pass(name, 'none')
}
