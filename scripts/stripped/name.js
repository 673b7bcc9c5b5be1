// How a file of code without types is named: by what it was made of, so that one that has changed is never taken.
import { hash } from 'node:crypto'

/** @param {Buffer} source */
export const strippedName = (source) => `${hash('sha1', source)}-${process.version}.js`
