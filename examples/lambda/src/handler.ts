import serverless from 'serverless-http'
import { app } from './app.js'

/** The Lambda handler, for a function URL, API Gateway's HTTP and REST APIs, or a load balancer. */
export const handler = serverless(app)
