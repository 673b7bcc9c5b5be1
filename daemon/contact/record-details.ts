// The contact's data in the shapes of its record.
import type { FlowEndpoint } from '../flow/host.ts'
import type { ContactData } from './contact-data.ts'
import type { ContactRecord, RecordEndpoint } from './contact-record.ts'

export function recordEndpoint(of: Pick<FlowEndpoint, 'address' | 'type'>): RecordEndpoint {
  return { Address: of.address, Type: of.type }
}

type Details = Pick<
  ContactRecord,
  | 'CustomerId'
  | 'Tags'
  | 'SegmentAttributes'
  | 'ContactDetails'
  | 'References'
  | 'Campaign'
  | 'AnsweringMachineDetectionStatus'
>

export function recordDetails(data: ContactData): Details {
  const { customerId, tags, segmentAttributes, name, description, references, campaign, answeredBy } = data
  return {
    ...(campaign !== undefined && { Campaign: { CampaignId: campaign } }),
    ...(answeredBy && { AnsweringMachineDetectionStatus: answeredBy }),
    ...(customerId !== undefined && { CustomerId: customerId }),
    ...(tags && { Tags: { ...tags } }),
    ...(segmentAttributes && {
      SegmentAttributes: Object.fromEntries(
        Object.entries(segmentAttributes).map(([key, ValueString]) => [key, { ValueString }]),
      ),
    }),
    ...((name !== undefined || description !== undefined) && {
      ContactDetails: {
        ...(name !== undefined && { Name: name }),
        ...(description !== undefined && { Description: description }),
      },
    }),
    ...(references && {
      References: Object.entries(references).map(([Name, { type, value }]) => ({ Name, Type: type, Value: value })),
    }),
  }
}
