// Uploads photos with tus-js-client as its readers are told to, and goes on until each one is there.
// node upload.mjs '{"endpoint", "token", "chunk", "photos": [{"id", "sha256", "visit", "path"}], "options": {}}'
// Answers one line: {"<photo id>": {"url", "tries"}} or {"<photo id>": {"refused": status}}.
import { createReadStream, readFileSync } from 'node:fs'
import { Upload } from 'tus-js-client'

const told = JSON.parse(process.argv[2])
const TRIES_MAX = 200
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

function attempt(photo, url) {
  return new Promise((resolve) => {
    const content = told.stream ? createReadStream(photo.path) : readFileSync(photo.path)
    const upload = new Upload(content, {
      endpoint: told.endpoint,
      uploadUrl: url,
      headers: { Authorization: `Bearer ${told.token}` },
      metadata: { id: photo.id, sha256: photo.sha256, visit: photo.visit, type: 'image/jpeg' },
      chunkSize: told.chunk,
      retryDelays: [50, 100, 200],
      storeFingerprintForResuming: false,
      ...told.options,
      onSuccess: () => resolve({ url: upload.url }),
      onError: (error) => resolve({ url: upload.url, status: error.originalResponse?.getStatus() ?? 0 }),
    })
    upload.start()
  })
}

const said = {}
for (const photo of told.photos) {
  let tries = 0
  let result = { status: 0, url: null }
  while (result.status !== undefined && tries < TRIES_MAX) {
    result = await attempt(photo, result.url)
    tries += 1
    if (result.status >= 400 && result.status < 500 && ![409, 423].includes(result.status)) break
    if (result.status !== undefined) await pause(100)
  }
  said[photo.id] = result.status === undefined ? { url: result.url, tries } : { refused: result.status }
}
console.log(JSON.stringify(said))
