// A plugin of TypeDoc: names each module as it is imported, such as @x/koywe-core/redis.
import { Converter, ReflectionKind } from 'typedoc'

export function load({ converter }) {
  converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    if (!reflection.kindOf(ReflectionKind.Module)) return
    const [, folder, door] = /^([\w-]+)\/src(?:\/([\w-]+))?$/.exec(reflection.name) ?? []
    if (!folder) throw new Error(`${reflection.name} is not a door of a package`)
    reflection.name = `@x/koywe-${folder}${door ? `/${door}` : ''}`
  })
}
