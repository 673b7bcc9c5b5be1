// What the command line sets above the files: a daemon on a simulated board and with a scratch directory runs
// the very configuration that an installed one does.
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import { type ConfigDocument, fault } from './document.ts'
import type { Board } from './lines-schema.ts'
import { findTexts } from './place.ts'
import type { Box } from './schema.ts'
import { suggestion } from './suggest.ts'

export interface Overrides {
  /** Board name to device path: `--board-device NAME=PATH`. */
  boardDevices?: ReadonlyMap<string, string>
  storageDirectory?: string | undefined
}

export function overrideFaults(overrides: Overrides | undefined, lines: ConfigDocument | undefined): Fault[] {
  if (!lines) return []
  const boards = new Set(findTexts(lines.value, 'boards.*.name').map(({ value }) => value))
  return [...(overrides?.boardDevices?.keys() ?? [])]
    .filter((name) => !boards.has(name))
    .map((name) => {
      const message = `--board-device names the board ${JSON.stringify(name)}, which does not exist.`
      return fault({ file: lines.file }, code.unknownBoardOverride, message, suggestion(name, boards, 'boards'))
    })
}

export function overriddenBoards(boards: readonly Board[], overrides: Overrides | undefined): Board[] {
  return boards.map((board) => ({ ...board, device: overrides?.boardDevices?.get(board.name) ?? board.device }))
}

export function overriddenBox(box: Box, overrides: Overrides | undefined): Box {
  const directory = overrides?.storageDirectory ?? box.storage.directory
  return { ...box, storage: { ...box.storage, directory } }
}
