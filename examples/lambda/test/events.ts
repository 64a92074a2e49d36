import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda'

/** A POST, before AWS turns it into an event. */
export interface Post {
  readonly path: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

const host = 'abcdef1234.execute-api.us-east-1.amazonaws.com'
const sourceIp = '203.0.113.7'
const userAgent = 'axios/1.7.2'

/** What API Gateway's HTTP API and function URLs send. */
export function eventV2({ path, body, headers }: Post): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host, 'content-type': 'application/json', 'user-agent': userAgent, ...headers },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abcdef1234',
      domainName: host,
      domainPrefix: 'abcdef1234',
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp, userAgent },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '26/Oct/2022:22:36:41 +0000',
      timeEpoch: 1666823801658,
    },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  }
}

/** What API Gateway's REST API sends. */
export function eventV1({ path, body, headers }: Post): APIGatewayProxyEvent {
  const sent = { Host: host, 'Content-Type': 'application/json', ...headers }
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: 'POST',
    headers: sent,
    multiValueHeaders: Object.fromEntries(
      Object.entries(sent).map(([name, value]) => [name, [value]]),
    ),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'abcdef1234',
      authorizer: null,
      domainName: host,
      httpMethod: 'POST',
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp,
        user: null,
        userAgent,
        userArn: null,
      },
      path: `/prod${path}`,
      protocol: 'HTTP/1.1',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      requestTimeEpoch: 1666823801658,
      resourceId: 'abc123',
      resourcePath: '/{proxy+}',
      stage: 'prod',
    },
    body,
    isBase64Encoded: false,
  }
}
