import { expect, it } from 'vitest'
import claim from './fixtures/claim.lua'
import select from './fixtures/select.sql'

it('imports .sql and .lua files as text', () => {
  expect(select).toBe('SELECT `a` FROM "b"\n')
  expect(claim).toBe('return "it\'s"\n')
})
