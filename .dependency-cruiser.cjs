// The layer rules of docs/architecture.md. `[.]test[.]` files and testing/ folders may reach further: they drive the parts.
const notTests = ['[.]test[.]tsx?$', '/testing/', '[.]fixture[.]', '/arbitrary-[a-z]+[.]ts$']
const rule = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: notTests, ...from },
  to,
})
const ours = '^(app|components|server|db|pipeline|e2e|bench|scripts)/'

module.exports = {
  forbidden: [
    rule(
      'no-cycles',
      'A cycle means two files are one concept.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule(
      'pipeline-imports-nothing',
      'The language runs in browser, server and worker.',
      { path: '^pipeline/' },
      { path: ours, pathNot: '^pipeline/' },
    ),
    rule(
      'pipeline-packages',
      'Only zod and yaml; yjs in draft/ (docs/decisions/0001).',
      { path: '^pipeline/', pathNot: [...notTests, '^pipeline/draft/'] },
      { path: 'node_modules', pathNot: 'node_modules/(zod|yaml)/' },
    ),
    rule(
      'draft-packages',
      'The draft mapping adds yjs.',
      { path: '^pipeline/draft/' },
      { path: 'node_modules', pathNot: 'node_modules/(zod|yaml|yjs)/' },
    ),
    rule(
      'engine-core-is-pure',
      'decide() has no I/O.',
      { path: '^server/engine/core/' },
      { path: ours, pathNot: '^(server/engine/core|pipeline)/' },
    ),
    rule(
      'steps-reach-through-context',
      'A step acts only through its context.',
      { path: '^server/steps/(?!registry|define-step)[^/]+[.]ts$' },
      { path: ours, pathNot: '^(server/steps/(define-step|[a-z-]+-schema)[.]ts|pipeline/)' },
    ),
    rule(
      'components-stay-in-the-browser',
      'Components know the language and the type of the API only.',
      { path: '^components/' },
      { path: '^(server|db|app)/', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'ui-has-no-product-words',
      'Primitives know nothing of pipelines.',
      { path: '^components/ui/' },
      { path: ours, pathNot: '^components/ui/' },
    ),
    rule(
      'app-wires-only',
      'Routes wire components to the API.',
      { path: '^app/' },
      { path: '^(db|server)/', pathNot: '^server/(api|auth|triggers)/' },
    ),
    rule('api-has-no-sql', 'Routers validate and delegate.', { path: '^server/api/' }, { path: '^db/' }),
    rule(
      'db-knows-the-language-only',
      'db stands below everything that acts.',
      { path: '^db/' },
      { path: ours, pathNot: '^(db|pipeline)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)[.]next' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
