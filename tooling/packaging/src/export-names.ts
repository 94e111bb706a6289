import ts from 'typescript'

/**
 * Lists what a module exports, sorted; names exported as types only begin with `type`.
 *
 * @throws if it has an export that does not give its name: an index lists its exports one by one.
 */
export function exportNames(fileName: string, text: string): string[] {
  const { statements } = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest)
  return statements.flatMap((statement) => namesOf(statement, fileName)).sort()
}

function namesOf(statement: ts.Statement, fileName: string): string[] {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause, isTypeOnly } = statement
    if (!exportClause || !ts.isNamedExports(exportClause)) throw unnamed(fileName, 'export *')
    return exportClause.elements.map((element) => named(element.name.text, isTypeOnly || element.isTypeOnly))
  }
  if (ts.isExportAssignment(statement)) throw unnamed(fileName, 'export default')
  if (!ts.canHaveModifiers(statement)) return []
  const modifiers = ts.getModifiers(statement)?.map(({ kind }) => kind) ?? []
  if (!modifiers.includes(ts.SyntaxKind.ExportKeyword)) return []
  if (modifiers.includes(ts.SyntaxKind.DefaultKeyword)) throw unnamed(fileName, 'export default')
  return declaredNames(statement, fileName)
}

function declaredNames(statement: ts.Statement, fileName: string): string[] {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
    return [named(statement.name.text, true)]
  }
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) {
    return statement.name ? [statement.name.text] : []
  }
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => {
      if (!ts.isIdentifier(name)) throw unnamed(fileName, 'an export of a pattern')
      return name.text
    })
  }
  throw unnamed(fileName, 'an export of another kind')
}

function named(name: string, isType: boolean): string {
  return isType ? `type ${name}` : name
}

function unnamed(fileName: string, what: string): Error {
  return new Error(`${fileName} has ${what}: list each export by its name, so that the public surface can be reviewed`)
}
