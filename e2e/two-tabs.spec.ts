import type { PipelineDocument } from '#pipeline/document.ts'
import { expect, test } from './fixtures/test.ts'

const byName = (left: string, right: string): number => left.localeCompare(right)

test('two windows on one pipeline keep what each of them does', async ({ studio: ann, openWindow, api, stored }) => {
  const { id } = await api.pipelines.create.mutate({
    yaml: `
orchestrator: 1
name: Shared
steps:
  - { id: first, type: text.template, with: { template: one } }
  - { id: second, type: file.write, needs: [first], with: { path: old.txt, content: old } }
layout: { steps: { first: { x: 0, y: 0 }, second: { x: 320, y: 0 } } }
`,
  })
  const bob = await openWindow()
  await Promise.all([ann.open(id), bob.open(id)])

  // Different steps, and different settings of one step, at the same time.
  await Promise.all([ann.select('first'), bob.select('second')])
  await Promise.all([
    ann.typeExpression('with.template', 'what Ann wrote, letter by letter'),
    bob.fill('Path', 'from-bob.txt'),
  ])
  await Promise.all([ann.select('second'), bob.rename('Shared by two')])
  await Promise.all([
    ann.typeExpression('with.content', '{{ first }} and more'),
    (async () => {
      await bob.inspector.getByRole('button', { name: 'Add a policy' }).click()
      await bob.page.getByRole('menuitem', { name: 'Try again' }).click()
      await bob.inspector.getByLabel('Attempts in total').fill('4')
      await bob.inspector.getByLabel('Attempts in total').blur()
    })(),
  ])
  // Both add a step: the names must not collide.
  await Promise.all([
    ann.dropStep('text.template', { x: 500, y: 250 }),
    bob.dropStep('text.template', { x: 700, y: 650 }),
  ])

  for (const window of [ann, bob]) {
    await expect(window.cards).toHaveCount(4)
    await window.expectSaved()
    await expect(window.card('first')).toContainText('what Ann wrote, letter by letter')
    await expect(window.card('second')).toContainText('from-bob.txt')
    await expect(window.page.getByRole('textbox', { name: 'Name of the pipeline' })).toHaveValue('Shared by two')
  }
  const idsIn = async (window: typeof ann) =>
    (await window.cards.evaluateAll((cards) => cards.map((card) => card.getAttribute('data-step') ?? ''))).toSorted(
      byName,
    )
  await expect.poll(() => idsIn(bob)).toEqual(await idsIn(ann))

  const { name, document } = await stored.row('select name, document from pipelines where id = $1', [id])
  expect(name).toBe('Shared by two')
  const { steps } = document as PipelineDocument
  expect(steps.map((step) => step.id).toSorted(byName)).toEqual(await idsIn(ann))
  expect(steps.find((step) => step.id === 'first')?.with).toEqual({ template: 'what Ann wrote, letter by letter' })
  expect(steps.find((step) => step.id === 'second')).toMatchObject({
    needs: ['first'],
    with: { path: 'from-bob.txt', content: '{{ first }} and more' },
    retry: { attempts: 4 },
  })

  // Undo takes back one's own edits only.
  await ann.press('Control+z')
  await expect(ann.cards).toHaveCount(3)
  await expect(bob.cards).toHaveCount(3)
  await expect(bob.card('second')).toContainText('from-bob.txt')
})
