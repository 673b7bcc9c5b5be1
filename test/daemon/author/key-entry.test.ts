import t from 'tap'
import { readKeys } from '../../../daemon/author/key-entry.ts'

const entry = { maximumDigits: 4, terminator: '#', cancelKey: true }
const menu = { maximumDigits: 1, terminator: '', cancelKey: false }

const table: [string, string, typeof entry, ReturnType<typeof readKeys>][] = [
  ['the terminator ends the entry and is no part of it', '12#', entry, { digits: '12', rest: '', complete: true }],
  ['so does the length', '1234', entry, { digits: '1234', rest: '', complete: true }],
  ['what is pressed after it is left', '12345#', entry, { digits: '1234', rest: '5#', complete: true }],
  ['without either, the wait between digits ends it', '12', entry, { digits: '12', rest: '', complete: false }],
  ['the cancel key empties the entry', '99*12#', entry, { digits: '12', rest: '', complete: true }],
  ['unless it is switched off', '9*1#', { ...entry, cancelKey: false }, { digits: '9*1', rest: '', complete: true }],
  [
    'a terminator of several keys',
    '12*#3',
    { ...entry, terminator: '*#', cancelKey: false },
    { digits: '12', rest: '3', complete: true },
  ],
  [
    'a star that ends the entry does not cancel it',
    '12*',
    { ...entry, terminator: '*' },
    { digits: '12', rest: '', complete: true },
  ],
  ['a menu takes one key', '71', menu, { digits: '7', rest: '1', complete: true }],
  ['even a hash', '#', menu, { digits: '#', rest: '', complete: true }],
  ['nothing at all', '', entry, { digits: '', rest: '', complete: false }],
  ['the terminator alone', '#', entry, { digits: '', rest: '', complete: true }],
]

for (const [name, keys, options, expected] of table) t.same(readKeys(keys, options), expected, name)
