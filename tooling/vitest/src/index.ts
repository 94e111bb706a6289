export { project } from './project.ts'
export { SummaryReporter } from './summary-reporter.ts'
