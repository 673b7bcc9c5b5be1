// box.yaml: figures, event streams, and how long what is kept is kept.
import { z } from 'zod'

const file = z.string().min(1).describe('File in the instance’s folder, e.g. secrets/events-token')
const days = (fallback: number, what: string) =>
  z.number().int().min(1).max(3650).default(fallback).describe(`${what} are kept this many days`)

export const metricsSchema = z
  .strictObject({
    port: z
      .number()
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe('Prometheus reads figures here, on loopback only; off when absent'),
  })
  .prefault({})

export const eventsSchema = z
  .strictObject({
    jsonLines: z
      .strictObject({
        maximumMB: z.number().int().min(1).max(1024).default(16).describe('Then another file is begun'),
        keptFiles: z.number().int().min(1).max(100).default(4).describe('Beside the one that is written to'),
      })
      .optional()
      .describe('Events as JSON lines under events/ in the storage directory; the file is changed at maximumMB'),
    http: z
      .strictObject({
        url: z.url({ protocol: /^https?$/ }).describe('Any 2xx takes the batch; else it is sent again'),
        authorizationFile: file.optional().describe('Holds the Authorization header'),
      })
      .optional()
      .describe('Each batch of events is POSTed here as JSON lines'),
    mqtt: z
      .strictObject({
        url: z.url({ protocol: /^(mqtts?|wss?)$/ }).describe('Of the broker, e.g. mqtts://broker.example.com'),
        topic: z
          .string()
          .regex(/^[^#+\0]{1,200}$/, 'must be a topic without wildcards')
          .default('cordboard'),
        userName: z.string().optional(),
        passwordFile: file.optional(),
      })
      .optional()
      .describe('Each event is published here, QoS 1'),
  })
  .prefault({})

export const retentionSchema = z
  .strictObject({
    recordsDays: days(730, 'Contact records'),
    recordingsDays: days(730, 'Recordings'),
    flowLogsDays: days(90, 'Flow logs'),
    eventsDays: days(35, 'Events'),
    metricsDays: days(730, 'Figures'),
    asideDays: days(30, 'Databases moved aside because they were broken'),
    recordingsMaximumGB: z.number().min(0.001).max(100_000).optional().describe('Beyond, the oldest recordings go'),
    freeMinimumMB: z.number().int().min(0).max(1_000_000).default(512).describe('Below, the oldest recordings go'),
  })
  .prefault({})
  .describe('Amazon Connect keeps records and figures for 24 months')

export type RetentionSettings = z.infer<typeof retentionSchema>
export type EventsSettings = z.infer<typeof eventsSchema>
