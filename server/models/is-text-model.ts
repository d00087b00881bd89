const otherKinds =
  /embed|whisper|tts|dall-e|moderation|image|audio|realtime|transcribe|sora|davinci|babbage|rerank|imagen|veo|aqa|live|search-preview|computer-use|robotics|lyria/i

/** Providers list models of every kind under one address; this keeps those that write text, going by their names. */
export const isTextModel = (id: string): boolean => !otherKinds.test(id)
