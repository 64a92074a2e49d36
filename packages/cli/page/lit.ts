// lit-html as its package has it: the build copies its files beside the page, and tsconfig.json's `rootDirs` says where its types are.

export { repeat } from './lit-html/directives/repeat.js'
export { html, nothing, render, type TemplateResult } from './lit-html/lit-html.js'
