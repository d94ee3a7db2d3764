import { testMailSource } from './testing/test-mail-source.ts'

testMailSource('Microsoft 365', async (emulator) => emulator.client())
