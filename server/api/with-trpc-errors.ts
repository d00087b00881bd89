import { toTrpcError } from './error-mapping.ts'

/** The same stream with its errors as tRPC errors: middleware ends before a stream's first message. */
export async function* withTrpcErrors<Value>(stream: AsyncIterable<Value>): AsyncGenerator<Value> {
  try {
    yield* stream
  } catch (error) {
    throw toTrpcError(error)
  }
}
