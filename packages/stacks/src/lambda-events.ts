import type { Answer, Request } from './asker.js'

/** What AWS puts in front of a function, and whether it encodes the body. */
export interface EventForm {
  readonly source: 'API Gateway v1' | 'API Gateway v2' | 'ALB'
  readonly base64: boolean
}

const host = 'abcdef1234.execute-api.us-east-1.amazonaws.com'

/** The event that AWS creates from a request, field by field as documented. */
export function lambdaEventOf(request: Request, { source, base64 }: EventForm): object {
  const { method, path } = request
  const sent = { ...request.headers, host, 'x-forwarded-for': '203.0.113.7' }
  const body =
    request.body && (base64 ? Buffer.from(request.body).toString('base64') : request.body)
  const encoded = { body: body ?? null, isBase64Encoded: body !== undefined && base64 }
  if (source === 'API Gateway v2') {
    const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'axios' }
    const requestContext = { ...contextOf('$default'), routeKey: '$default', http }
    const { body, isBase64Encoded } = encoded
    return {
      version: '2.0',
      routeKey: '$default',
      rawPath: path,
      rawQueryString: '',
      headers: sent,
      requestContext,
      ...(body !== null && { body }),
      isBase64Encoded,
    }
  }
  const target = { httpMethod: method, path }
  if (source === 'ALB') {
    const targetGroupArn =
      'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/koywe/6d0ecf831eec9f09'
    return {
      requestContext: { elb: { targetGroupArn } },
      ...target,
      queryStringParameters: {},
      headers: sent,
      ...encoded,
      body: encoded.body ?? '',
    }
  }
  return {
    resource: '/{proxy+}',
    ...target,
    headers: sent,
    multiValueHeaders: Object.fromEntries(
      Object.entries(sent).map(([name, value]) => [name, [value]]),
    ),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      ...contextOf('prod'),
      resourceId: 'abc123',
      resourcePath: '/{proxy+}',
      httpMethod: method,
      path: `/prod${path}`,
      protocol: 'HTTP/1.1',
      identity: { sourceIp: '203.0.113.7', userAgent: 'axios' },
    },
    ...encoded,
  }
}

function contextOf(stage: string): object {
  return {
    accountId: '123456789012',
    apiId: 'abcdef1234',
    domainName: host,
    domainPrefix: 'abcdef1234',
    requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    stage,
  }
}

/** What AWS turns a function's response into. */
export function answerOf(response: unknown): Answer {
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = response as {
    statusCode: number
    headers?: object
    multiValueHeaders?: object
    body?: string
    isBase64Encoded?: boolean
  } // what every serverless adapter returns
  return {
    status: statusCode,
    headers: Object.fromEntries(
      Object.entries({ ...headers, ...multiValueHeaders }).map(([name, value]) => [
        name.toLowerCase(),
        String(value),
      ]),
    ),
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8').toString(),
  }
}
