// iam-simulate in a node process of its own: `node iam_simulate.mjs run|unsafe`, started in the folder where the
// packages are installed. The first line gives policies and requests; then as worker.py: a range a line, answered
// with the seconds by performance.now and one digit a decision.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const require = createRequire(join(process.cwd(), 'package.json'))
const load = (name) => import(pathToFileURL(require.resolve(name)).href)
const { runSimulation, runUnsafeSimulation } = await load('@cloud-copilot/iam-simulate')
const { createValidatedPolicy, validateIdentityPolicy, validateResourcePolicy } = await load('@cloud-copilot/iam-policy')

let identityPolicies, resourcePolicy, accountId, requests

function simulationOf([principal, action, resource, encryptionContext, context]) {
  const contextVariables = { ...context }
  for (const name in encryptionContext) contextVariables[`kms:EncryptionContext:${name}`] = encryptionContext[name]
  return {
    request: { principal, action, resource: { resource, accountId }, contextVariables },
    identityPolicies,
    resourcePolicy,
    serviceControlPolicies: [],
    resourceControlPolicies: []
  }
}

const ways = {
  run: async (part) => {
    const answers = []
    for (const raw of part) answers.push((await runSimulation(simulationOf(raw), {})).overallResult)
    return answers
  },
  unsafe: (part) => part.map((raw) => runUnsafeSimulation(simulationOf(raw), {}))
}

async function round(first, end) {
  const part = requests.slice(first, end)
  globalThis.gc?.()
  await ways[process.argv[2]](requests.slice(-200)) // off the clock, as in worker.py
  const start = performance.now()
  const results = await ways[process.argv[2]](part)
  const seconds = (performance.now() - start) / 1000
  return { seconds, answers: results.map((result) => (result === 'Allowed' ? '1' : '0')).join('') }
}

function prepare(asked) {
  // Validated once: what is handed over says so, and is not validated again.
  const identity = createValidatedPolicy(asked.identity, validateIdentityPolicy, { name: 'Documents' })
  identityPolicies = [{ name: 'Documents', policy: identity }]
  resourcePolicy = createValidatedPolicy(asked.key, validateResourcePolicy, { name: 'key' })
  accountId = asked.owner
  requests = asked.requests
  return { ready: true }
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = requests ? await round(...line.split(' ').map(Number)) : prepare(JSON.parse(line))
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
