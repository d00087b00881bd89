/** The door of what waits for people: the inbox, a question and its answer. */
export { AnswerDialog } from './answer-dialog.tsx'
export { Inbox } from './inbox.tsx'
export { InboxCount } from './inbox-count.tsx'
export { TokenPage } from './token-page.tsx'
export { useAnswer } from './use-answer.ts'
export { useOpenWaits, type WaitItem } from './use-open-waits.ts'
export { Deadline } from './wait-times.tsx'
