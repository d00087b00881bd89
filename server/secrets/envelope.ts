import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { OrchestratorError } from '#pipeline/errors.ts'

/** What a sealed secret belongs to; opening it for anything else fails. */
export interface SecretOwner {
  workspaceId: string
  name: string
}

const version = 1
const nonceBytes = 12
const tagBytes = 16
const keyBytes = 32
const wrappedBytes = nonceBytes + keyBytes + tagBytes

// As a JSON list, so that no two owners share the same bytes ("ab" + "c" is not "a" + "bc").
function ownerBytes(owner: SecretOwner, purpose: string): Buffer {
  return Buffer.from(JSON.stringify(['orchestrator-secret', version, purpose, owner.workspaceId, owner.name]))
}

function encrypt(key: Uint8Array, plain: Uint8Array, bound: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(bound)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Uint8Array, sealed: Uint8Array, bound: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(bound)
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)), decipher.final()])
}

/** Encrypts a secret with a fresh data key that the master key wraps; both layers are bound to the owner. */
export function sealSecret(masterKey: Uint8Array, secret: string, owner: SecretOwner): Uint8Array {
  const dataKey = randomBytes(keyBytes)
  const wrapped = encrypt(masterKey, dataKey, ownerBytes(owner, 'key'))
  const body = encrypt(dataKey, Buffer.from(secret, 'utf8'), ownerBytes(owner, 'value'))
  dataKey.fill(0)
  return Buffer.concat([Buffer.of(version), wrapped, body])
}

/** Opens what sealSecret made; throws `internal` when it was changed, belongs to another owner or to another master key. */
export function openSecret(masterKey: Uint8Array, sealed: Uint8Array, owner: SecretOwner): string {
  try {
    if (sealed[0] !== version) throw new RangeError(`format ${sealed[0] ?? 'none'} is not known`)
    const dataKey = decrypt(masterKey, sealed.subarray(1, 1 + wrappedBytes), ownerBytes(owner, 'key'))
    const plain = decrypt(dataKey, sealed.subarray(1 + wrappedBytes), ownerBytes(owner, 'value')).toString('utf8')
    dataKey.fill(0)
    return plain
  } catch (cause) {
    throw new OrchestratorError('internal', `The stored key of connection "${owner.name}" cannot be decrypted`, {
      cause,
      retryable: false,
      fix: 'The master key has changed or the row was altered: enter the key again in Settings > Connections.',
    })
  }
}
