// `npm start` begins here: what is missing is installed, what is stale is built. Then server/web.ts runs.
import { ensureBuilt } from './ensure-built.mjs'
import { ensureInstalled } from './ensure-installed.mjs'

ensureInstalled({ development: false })
ensureBuilt()
