/** The door of what waits for people: the inbox, a question and its answer. */
export { AnswerPanel, type Question } from './answer-panel.tsx'
export { Inbox } from './inbox.tsx'
export { InboxCount } from './inbox-count.tsx'
export { TokenPage } from './token-page.tsx'
export { useOpenWaits } from './use-open-waits.ts'
export { Deadline, WaitTimes } from './wait-times.tsx'
