// The letter of authorization as PDF: what the losing carrier gets on paper, with a line to sign on by hand.
import PDFDocument from 'pdfkit'
import type { Port } from '../config/porting-schema.ts'
import { describeE164 } from '../numbers/number-text.ts'
import { numbersOnLetter } from './port-checks.ts'

/** Standard fonts of PDF know WinAnsi only; anything else would be printed as something else. */
const printable = /^[\t\n\r\x20-\x7e\u00a0-\u00ff\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u20ac]*$/

/** Rejects with what can't be printed. `date`: `2026-12-01`. */
export function letterOfAuthorization(port: Port, date: string): Promise<Buffer> {
  const { losing, customer, winning, numbers } = port
  const texts = [losing.carrier, losing.account, customer.company, customer.address, customer.contact, winning]
  const unprintable = texts.find((text) => text !== undefined && !printable.test(text))
  if (unprintable !== undefined)
    return Promise.reject(new Error(`the letter can’t print ${JSON.stringify(unprintable)}: write it in Latin letters`))
  const document = new PDFDocument({
    size: 'A4',
    margin: 60,
    info: { Title: `Letter of authorization ${port.id}`, Author: customer.company ?? '', CreationDate: new Date(date) },
  })
  const chunks: Buffer[] = []
  const done = new Promise<Buffer>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => void chunks.push(chunk))
    document.on('end', () => resolve(Buffer.concat(chunks)))
    document.on('error', reject)
  })
  writeLetter(document, port, date)
  if (numbers.length > numbersOnLetter) writeAnnex(document, port)
  document.end()
  return done
}

function writeLetter(document: PDFKit.PDFDocument, port: Port, date: string): void {
  const { id, losing, customer, winning, numbers } = port
  const facts: [what: string, value: string | undefined][] = [
    ['Date', date],
    ['Reference', id],
    ['Current carrier', losing.carrier],
    ['Account there', losing.account],
    ['Customer of record', customer.company],
    ['Service address', customer.address],
    ['Authorised contact', customer.contact],
    ['New carrier', winning],
  ]
  document.font('Helvetica-Bold').fontSize(16).text('Letter of authorization').moveDown()
  for (const [what, value] of facts) {
    document.font('Helvetica-Bold').fontSize(10).text(`${what}: `, { continued: true })
    document.font('Helvetica').text(value ?? '________________________')
  }
  document.moveDown().font('Helvetica-Bold').text('Telephone numbers').font('Helvetica')
  if (numbers.length > numbersOnLetter) document.text(`See attached: ${numbers.length} numbers.`)
  else for (const number of numbers) document.text(written(number))
  document
    .moveDown()
    .text(
      `${customer.company ?? 'The customer of record'} authorises ${winning} to take over the telephone numbers named ` +
        `here from ${losing.carrier}, to ask for the customer service record, and to agree date and time of the move. ` +
        'The names and numbers above are as the current carrier has them.',
    )
    .moveDown(4)
    .text('______________________________          ____________________')
    .text('Signature, by hand                                             Date')
}

function writeAnnex(document: PDFKit.PDFDocument, { id, numbers }: Port): void {
  document
    .addPage()
    .font('Helvetica-Bold')
    .fontSize(12)
    .text(`Numbers of ${id}`)
    .moveDown()
    .font('Helvetica')
    .fontSize(10)
  for (const number of numbers) document.text(written(number))
}

function written(number: string): string {
  return `${number}   (${describeE164(number).formatted})`
}
