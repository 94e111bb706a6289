/** Loaded first in every process that a benchmark starts: however the benchmark ends, the process is told to stop. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// Listening must not keep the process alive.
process.channel?.unref()
