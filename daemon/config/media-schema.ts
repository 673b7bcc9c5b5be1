// What media a phone or a carrier is spoken to with: in agents.yaml and carriers.yaml alike.
import { z } from 'zod'

export const srtp = z
  .enum(['off', 'offered', 'required'])
  .describe('Encryption of the sound. offered: far ends that can’t are accepted; required: they are refused')

export const codecs = z
  .array(z.enum(['PCMU', 'PCMA', 'G722', 'opus']))
  .min(1)
  .describe('In order of preference. opus costs the box several times the CPU of the others')

export const keying = z
  .enum(['sdes', 'dtls'])
  .default('sdes')
  .describe('How SRTP keys are agreed on when the box calls: sdes for desk phones, dtls (with ICE) for browsers')
