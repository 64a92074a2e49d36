/** One question of the demo, whether a user may operate, and what must come of it. */
export interface Question {
  /** What is asked, in words. */
  readonly asked: string
  /** The `Authorization` header; absent when none is sent. */
  readonly authorization?: string
  readonly body: string
  /** The text of the server's file of users, from this question on. */
  readonly users: string
  readonly status: number
  readonly allowed: boolean
}

/** What Koywe asks before a user buys, sells or reads private data, and what must not be taken for a yes. */
export function makeQuestions(token: string): readonly Question[] {
  const email = 'maria@example.com'
  const users = JSON.stringify([email])
  const anonymous = { body: JSON.stringify({ email }), users, allowed: false }
  const question = { ...anonymous, authorization: `Bearer ${token}` }

  return [
    { ...question, asked: 'an allowed user', status: 200, allowed: true },
    {
      ...question,
      asked: 'an unknown user',
      body: JSON.stringify({ email: 'stranger@example.com' }),
      status: 200,
    },
    {
      ...question,
      asked: 'an allowed user, with a wrong token',
      authorization: 'Bearer a-guess',
      status: 401,
    },
    { ...anonymous, asked: 'an allowed user, without a token', status: 401 },
    {
      ...question,
      asked: 'a list where the e-mail should be',
      body: JSON.stringify({ email: [email] }),
      status: 400,
    },
    {
      ...question,
      asked: 'an allowed user, while the users cannot be read',
      users: 'not JSON',
      status: 500,
    },
  ]
}
