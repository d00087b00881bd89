// Holds the imports to the layer rules of docs/architecture.md, and fails when it has read no modules.
import { cruise } from 'dependency-cruiser'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs')
process.chdir(root)

const { output } = await cruise(['pipeline', 'db', 'server', 'components', 'app', 'bench', 'scripts', 'e2e'], {
  ...options,
  ruleSet: { forbidden },
  validate: true,
  outputType: 'json',
})
const { modules, summary } = JSON.parse(output)
const read = modules.filter((module) => !module.coreModule && !module.source.includes('node_modules'))
const edges = read.reduce((sum, module) => sum + module.dependencies.length, 0)

// A checker whose parser does not understand the sources sees nothing and finds nothing wrong.
if (read.length < 50 || edges < read.length) {
  console.log(`the layer check read only ${read.length} modules and ${edges} imports: its parser is not working`)
  process.exit(1)
}
for (const violation of summary.violations) {
  console.log(`${violation.rule.name}: ${violation.from} -> ${violation.to}`)
}
console.log(`${read.length} modules, ${edges} imports, ${summary.violations.length} against the rules`)
process.exit(summary.violations.length > 0 ? 1 : 0)
