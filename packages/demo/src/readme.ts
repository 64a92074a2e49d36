import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fillIn } from './pages/fill-in.js'
import { findPages, root } from './pages/find-pages.js'

// `pnpm readme`: writes into every page what is written elsewhere.
for (const page of await findPages()) {
  const markdown = await fillIn(page)
  if (markdown === page.markdown) continue
  await writeFile(join(root, page.path), markdown)
  console.log(`wrote ${page.path}`)
}
