import { describe, expect, it } from 'vitest'
import { SqlTemplates } from '../../src/database/sql-templates.ts'

describe('SqlTemplates', () => {
  const templates = new SqlTemplates({ schema: '"tenant"', boss: '"tenant_pgboss"' })

  it('fills in the schemas', () => {
    const { text } = templates.render('SELECT FROM {{schema}}.a, {{boss}}.b, {{schema}}.c')
    expect(text).toBe('SELECT FROM "tenant".a, "tenant_pgboss".b, "tenant".c')
  })

  it('leaves comments out', () => {
    expect(templates.render('-- $1 id\nSELECT 1\n  -- of $2\nFROM t\n').text).toBe('SELECT 1\nFROM t')
  })

  it('takes what it fills in as it is', () => {
    expect(new SqlTemplates({ schema: "$& $1 {{schema}} $'" }).fill('{{schema}}')).toBe("$& $1 {{schema}} $'")
  })

  it('refuses a placeholder that stands for nothing', () => {
    expect(() => templates.render('SELECT {{schmea}}')).toThrow('{{schmea}}')
  })

  it('gives one text one name, which fits in what PostgreSQL keeps of it', () => {
    const { name = '' } = templates.render('SELECT 1')
    expect(new SqlTemplates({}).render('SELECT 1').name).toBe(name)
    expect(templates.render('SELECT 2').name).not.toBe(name)
    expect(name.length).toBeLessThan(64)
  })

  it('names texts of other schemas otherwise, because connections of a pool are shared', () => {
    const other = new SqlTemplates({ schema: '"other"' })
    expect(other.render('SELECT FROM {{schema}}.a').name).not.toBe(templates.render('SELECT FROM {{schema}}.a').name)
  })

  it('names only so many texts that are made at run time', () => {
    const names = Array.from({ length: 1100 }, (_, index) => templates.named(`SELECT ${index}`).name)
    expect(names.filter((name) => name !== undefined)).toHaveLength(1000)
    expect(templates.named('SELECT 7').name).toBe(names[7])
  })
})
