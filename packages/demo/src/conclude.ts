/** What Koywe takes an answer for. */
export type Conclusion = 'allowed' | 'not allowed'

/**
 * Concludes as the pseudo-code on Koywe's page does: `const { data } = await axios.post(…); if (!data) throw`. Axios throws
 * for a status outside 2xx, parses what is JSON and hands on as text what is not; then any truthy value is a yes.
 */
export function conclude(status: number, body: string): Conclusion {
  if (status < 200 || status > 299) return 'not allowed'
  return parsed(body) ? 'allowed' : 'not allowed'
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
