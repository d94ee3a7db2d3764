#!/usr/bin/env node
const [major = 0] = process.versions.node.split('.').map(Number)

if (major < 24) {
  console.error(
    `m365-emulator cannot start.\nWhy: it runs TypeScript as it is, which needs Node 24; this is Node ${process.versions.node}.\nFix: start it with Node 24 or newer, or through the project's own npm scripts, which fetch it.`,
  )
  process.exit(1)
}

const { main } = await import('../src/cli.ts')
await main(process.argv.slice(2))
