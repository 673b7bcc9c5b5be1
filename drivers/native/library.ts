// The native library, opened once a process, and the one door to it. Only this folder imports ffi-rs.
import { existsSync } from 'node:fs'
import { createExternalBuffer, DataType, isNullPointer, type JsExternal, load, open } from 'ffi-rs'

/** A pointer into native memory. It is not garbage collected: whoever got it frees it. */
export type NativePointer = JsExternal

const library = 'cordboard'
const libraryFile = `${import.meta.dirname}/build/libcordboard.so`

let opened = false

/** Opens the library unless it is open. Throws, naming the mend, when it has not been built. */
export function openLibrary(): void {
  if (opened) return
  if (!existsSync(libraryFile)) throw new Error(`${libraryFile} is missing: run scripts/native to build it`)
  open({ library, path: libraryFile })
  opened = true
}

/**
 * A call made every tick: its arguments are fixed, what changes lies in memory both sides see. The arrays are made
 * once; ffi-rs copies the short list of types for each call, which the young generation takes without a trace.
 */
export function prepareCall(funcName: string, ...nativeArguments: NativeArgument[]): () => number {
  openLibrary()
  const parameters = {
    library,
    funcName,
    retType: DataType.I32 as const,
    paramsType: nativeArguments.map((argument) => argument.type),
    paramsValue: nativeArguments.map((argument) => argument.value),
  }
  return () => load(parameters)
}

export type NativeArgument = { type: DataType; value: unknown }

export const i32 = (value: number): NativeArgument => ({ type: DataType.I32, value })
export const double = (value: number): NativeArgument => ({ type: DataType.Double, value })
export const pointer = (value: NativePointer): NativeArgument => ({ type: DataType.External, value })
/** The native side sees the bytes themselves, for the length of the call only. */
export const bytes = (value: ArrayBufferView<ArrayBuffer>): NativeArgument => ({
  type: DataType.U8Array,
  value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
})

function call<T extends DataType>(funcName: string, retType: T, nativeArguments: NativeArgument[]) {
  openLibrary()
  return load({
    library,
    funcName,
    retType,
    paramsType: nativeArguments.map((argument) => argument.type),
    paramsValue: nativeArguments.map((argument) => argument.value),
  })
}

/** For rare calls. Those of every tick are prepared once, see `prepare`. */
export function callInt(funcName: string, ...nativeArguments: NativeArgument[]): number {
  return call(funcName, DataType.I32, nativeArguments)
}

export function callDouble(funcName: string, ...nativeArguments: NativeArgument[]): number {
  return call(funcName, DataType.Double, nativeArguments)
}

export function callVoid(funcName: string, ...nativeArguments: NativeArgument[]): void {
  call(funcName, DataType.Void, nativeArguments)
}

/** Undefined for a null pointer. */
export function callPointer(funcName: string, ...nativeArguments: NativeArgument[]): NativePointer | undefined {
  const result = call(funcName, DataType.External, nativeArguments)
  return isNullPointer(result) ? undefined : result
}

/** The memory behind a pointer, without a copy. It must outlive every use of the buffer. */
export function viewMemory(memory: NativePointer, byteLength: number): ArrayBuffer {
  const view = createExternalBuffer(memory, byteLength)
  if (!(view.buffer instanceof ArrayBuffer) || view.byteOffset !== 0 || view.buffer.byteLength !== byteLength)
    throw new Error('native memory can not be viewed without a copy on this runtime')
  return view.buffer
}

/** Takes the memory away from JavaScript: every view of it is empty from now on, so that none can touch freed memory. */
export function detachView(view: ArrayBuffer): void {
  view.transfer(0)
}
