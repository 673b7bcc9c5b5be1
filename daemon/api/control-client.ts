// The other end of the control socket: one question, one answer, one connection.
import { connect } from 'node:net'
import { LineSplitter } from './line-splitter.ts'
import { ControlError, maximumResponseBytes, parseResponse } from './protocol.ts'

const requestId = 1

/** Resolves with the method's result; rejects with ControlError only. */
export function callControl(
  path: string,
  method: string,
  params?: unknown,
  options: { timeoutMs?: number } = {},
): Promise<unknown> {
  const timeoutMs = options.timeoutMs ?? 15_000
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    const splitter = new LineSplitter(maximumResponseBytes)
    const fail = (error: ControlError) => {
      clearTimeout(timer)
      socket.destroy()
      reject(error)
    }
    const timer = setTimeout(() => {
      const message = `The daemon did not answer ${method} within ${timeoutMs} ms.`
      fail(new ControlError('timeout', message, 'Look at its journal: journalctl -u cordboard.'))
    }, timeoutMs)
    const take = (line: string) => {
      const response = parseResponse(line)
      if (!response) {
        fail(badAnswer(path))
        return
      }
      // A refusal without id concerns the connection, and there is one request on it.
      if (response.id !== requestId && !('error' in response && response.id === null)) return
      if ('error' in response) {
        fail(new ControlError(response.error.code, response.error.message, response.error.mend))
        return
      }
      clearTimeout(timer)
      socket.destroy()
      resolve(response.result)
    }
    socket.on('connect', () => socket.write(`${JSON.stringify({ id: requestId, method, params })}\n`))
    socket.on('data', (chunk: Buffer) => {
      if (!splitter.push(chunk, take)) fail(badAnswer(path))
    })
    socket.on('error', (fault) => fail(explainConnectFault(path, fault)))
    // Also after `fail` and `resolve`, when it changes nothing.
    socket.on('close', () => fail(hungUp(path)))
  })
}

function explainConnectFault(path: string, fault: Error): ControlError {
  const code = 'code' in fault ? fault.code : undefined
  if (code === 'EACCES' || code === 'EPERM')
    return new ControlError(
      'forbidden',
      `You may not open ${path}.`,
      'Use sudo, or join the group: adduser "$USER" cordboard.',
    )
  if (code === 'ECONNRESET' || code === 'EPIPE') return hungUp(path)
  const mend = 'Start it (systemctl start cordboard, or ./scripts/run), or name its socket with --socket.'
  return new ControlError('unreachable', `No daemon listens on ${path} (${fault.message}).`, mend)
}

function hungUp(path: string): ControlError {
  const mend = 'It may be stopping; look at its journal: journalctl -u cordboard.'
  return new ControlError('unreachable', `The daemon on ${path} closed the connection without an answer.`, mend)
}

function badAnswer(path: string): ControlError {
  const mend = 'Check that the socket is that of a Cordboard daemon of the same version.'
  return new ControlError('badAnswer', `What answers on ${path} does not speak our protocol.`, mend)
}
