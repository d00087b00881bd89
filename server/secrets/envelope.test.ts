import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openSecret, sealSecret } from './envelope.ts'

const masterKey = randomBytes(32)
const owner = { workspaceId: 'local', name: 'openai' }

describe('a sealed secret', () => {
  it('opens to what was sealed, whatever the text and owner', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (secret, workspaceId, name) => {
        // Lone surrogates have no UTF-8 form; keys are text.
        fc.pre(secret.isWellFormed())
        const sealed = sealSecret(masterKey, secret, { workspaceId, name })
        expect(openSecret(masterKey, sealed, { workspaceId, name })).toBe(secret)
      }),
    )
  })

  it('never looks the same twice and never holds the text', () => {
    const first = sealSecret(masterKey, 'sk-secret-value', owner)
    expect(first).not.toEqual(sealSecret(masterKey, 'sk-secret-value', owner))
    expect(Buffer.from(first).includes('sk-secret-value')).toBe(false)
  })

  it('does not open when a single bit was changed, or when it was cut or prolonged', () => {
    const sealed = sealSecret(masterKey, 'sk-secret-value', owner)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Uint8Array.from(sealed)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => openSecret(masterKey, changed, owner)).toThrow('cannot be decrypted')
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => openSecret(masterKey, sealed.subarray(0, length), owner)).toThrow('cannot be decrypted')
    }
    expect(() => openSecret(masterKey, Buffer.concat([sealed, Buffer.of(0)]), owner)).toThrow('cannot be decrypted')
  })

  it('does not open for another workspace, another name or another master key', () => {
    const sealed = sealSecret(masterKey, 'sk-secret-value', owner)
    expect(() => openSecret(masterKey, sealed, { ...owner, workspaceId: 'other' })).toThrow('cannot be decrypted')
    expect(() => openSecret(masterKey, sealed, { ...owner, name: 'openai2' })).toThrow('cannot be decrypted')
    expect(() => openSecret(randomBytes(32), sealed, owner)).toThrow('cannot be decrypted')
    const split = sealSecret(masterKey, 'x', { workspaceId: 'ab', name: 'c' })
    expect(() => openSecret(masterKey, split, { workspaceId: 'a', name: 'bc' })).toThrow('cannot be decrypted')
  })
})
