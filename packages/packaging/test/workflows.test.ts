import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  convertWorkflowTemplate,
  NoOperationTraceWriter,
  parseWorkflow,
  type WorkflowTemplate,
} from '@actions/workflow-parser'
import { environment } from '@x/koywe-testkit/environment'
import { run } from '@x/koywe-testkit/run'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const folder = join(root, '.github/workflows')
const names = await readdir(folder)

/** What is wrong with a workflow, as GitHub's own parser says it. */
async function read(content: string): Promise<{ template: WorkflowTemplate; faults: string[] }> {
  const parsed = parseWorkflow({ name: 'workflow.yml', content }, new NoOperationTraceWriter())
  if (!parsed.value) throw new Error(parsed.context.errors.getErrors().join('\n'))
  const template = await convertWorkflowTemplate(parsed.context, parsed.value)
  const faults = [...parsed.context.errors.getErrors(), ...(template.errors ?? [])]
  return {
    template,
    faults: faults.map((fault) => ('Message' in fault ? fault.Message : fault.message)),
  }
}

it('the checks and the release are workflows', () => {
  expect(names).toEqual(expect.arrayContaining(['ci.yml', 'release.yml']))
})

describe.each(names)('%s', (name) => {
  it('is a workflow that GitHub accepts', async () => {
    const { faults } = await read(await readFile(join(folder, name), 'utf8'))
    expect(faults).toEqual([])
  })

  it('uses only actions of GitHub, each at a major version, and names no registry', async () => {
    const text = await readFile(join(folder, name), 'utf8')
    const used = [...text.matchAll(/uses: *(\S+)/g)].map(([, action]) => action)
    for (const action of used) expect(action).toMatch(/^(actions\/[\w-]+@v\d+|\.\/\.github\/.*)$/)
    expect(text).not.toMatch(/registry-url|:\/\//)
  })
})

it('the release runs every check before it may publish, and only the job that publishes may sign', async () => {
  const text = await readFile(join(folder, 'release.yml'), 'utf8')
  expect(text).toMatch(/ checks:\n +uses: \.\/\.github\/workflows\/ci\.yml\n/)
  expect(text).toMatch(/ publish:\n +needs: checks\n/)
  expect(text.match(/id-token: write/g)).toHaveLength(1)
  expect(await readFile(join(folder, 'ci.yml'), 'utf8')).toContain('run: .ci/run\n')
})

it('.ci/run refuses a step that it does not have, and names those it has', async () => {
  const command = ['.ci/run', 'tree', 'typpes'] as const
  const { code, stdout, stderr } = await run({ command, folder: root, env: environment() }, 60_000)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^There is no step typpes\. The steps are: tree install .* types .*\.\n$/)
})

it('notices a workflow that GitHub would refuse', async () => {
  const text = await readFile(join(folder, 'ci.yml'), 'utf8')
  expect((await read(text.replace('runs-on', 'run-on'))).faults).not.toEqual([])
})
