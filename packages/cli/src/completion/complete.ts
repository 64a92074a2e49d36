import tab from '@bomb.sh/tab'
import { koyweEventNames, koywePaymentsEventTypes } from '@x/koywe-core'
import type { Command, Option } from 'commander'

/** Prints what the shell may complete the words with: what the scripts of {@link printScript} ask for. */
export function suggest(program: Command, words: readonly string[]): void {
  describe(program, words.includes('--payments'))
  tab.parse([...words])
}

/** Prints the script that a shell reads. */
export function printScript(program: Command, shell: string): void {
  tab.setup(program.name(), program.name(), shell)
}

/** Tells `tab` about every command, its options and its argument, which is an event of the API that the words name. */
function describe(program: Command, isPayments: boolean): void {
  for (const command of program.commands) {
    const described = tab.command(command.name(), command.summary())
    for (const argument of command.registeredArguments) {
      const events = isPayments ? koywePaymentsEventTypes : koyweEventNames
      const choices = argument.argChoices ?? (argument.name() === 'event' ? events : [])
      described.argument(argument.name(), (complete) => {
        for (const choice of choices) complete(choice, '')
      })
    }
    for (const option of command.options) addOption(described, option)
  }
}

function addOption(described: ReturnType<typeof tab.command>, option: Option): void {
  const name = option.long?.slice(2) ?? option.name()
  const choices = option.argChoices ?? choicesOf(option.attributeName())
  if (!option.required) {
    described.option(name, option.description)
    return
  }
  described.option(name, option.description, (complete) => {
    for (const choice of choices) complete(choice, '')
  })
}

/** Options that name an event. */
function choicesOf(name: string): readonly string[] {
  return ['late', 'twice', 'skip'].includes(name) ? koyweEventNames : []
}
