import type { AskOptions } from '@x/koywe-core/testing'

/** One question of the demo, whether a user may operate, and what must come of it. */
export interface Question {
  /** What is asked, in words. */
  readonly name: string
  readonly email: string
  readonly options: AskOptions
  /** The text of the server's file of users, from this question on. */
  readonly users: string
  readonly status: number
  readonly allowed: boolean
}

/** What Koywe asks before a user buys, sells or reads private data, and questions that must not get a yes. */
export function createQuestions(token: string): readonly Question[] {
  const email = 'maria@example.com'
  const users = JSON.stringify([email])
  const question = { email, users, options: { bearer: token }, allowed: false }

  return [
    { ...question, name: 'an allowed user', status: 200, allowed: true },
    { ...question, name: 'an unknown user', email: 'stranger@example.com', status: 200 },
    {
      ...question,
      name: 'an allowed user, with a wrong token',
      options: { bearer: 'a-guess' },
      status: 401,
    },
    { ...question, name: 'an allowed user, without a token', options: {}, status: 401 },
    {
      ...question,
      name: 'an allowed user, in a field of another name',
      options: { bearer: token, field: 'user' },
      status: 400,
    },
    {
      ...question,
      name: 'an allowed user, while the users cannot be read',
      users: 'not JSON',
      status: 500,
    },
  ]
}
