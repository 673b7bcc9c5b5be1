// Every code a flow's faults can carry, in one list. Codes are never reused and never change their meaning.
// FLOW-1xx: the document itself (load-flow.ts). FLOW-2xx: what it says (check-flow.ts). FLOW-3xx: what it refers to.

export const flowFaultCodes = {
  fileTooLarge: 'FLOW-101',
  notJson: 'FLOW-102',
  duplicateKey: 'FLOW-103',
  legacyFormat: 'FLOW-104',
  wrongVersion: 'FLOW-105',
  wrongShape: 'FLOW-106',
  tooManyActions: 'FLOW-107',
  badIdentifier: 'FLOW-108',
  duplicateIdentifier: 'FLOW-109',
  missingStartAction: 'FLOW-110',
  danglingTransition: 'FLOW-111',
  unknownFlowType: 'FLOW-112',
  typeInferred: 'FLOW-113',
  wrappedExport: 'FLOW-114',

  unsupportedAction: 'FLOW-201',
  unknownAction: 'FLOW-202',
  actionNotInFlowType: 'FLOW-203',
  wrongParameter: 'FLOW-204',
  withoutEffect: 'FLOW-205',
  unconnectedBranch: 'FLOW-206',
  wrongCondition: 'FLOW-207',
  unreachable: 'FLOW-208',
  emptyText: 'FLOW-209',
  actionNotInChannel: 'FLOW-210',
  hookNotRun: 'FLOW-211',
  missingAbility: 'FLOW-212',

  unknownReference: 'FLOW-301',
  unknownQueue: 'FLOW-302',
  unknownPrompt: 'FLOW-303',
  unknownFlow: 'FLOW-304',
  unknownHours: 'FLOW-305',
  unknownAgent: 'FLOW-306',
  wrongFlowType: 'FLOW-307',
  unknownFunction: 'FLOW-308',
  unknownBot: 'FLOW-309',
} as const

export type FlowFaultCode = (typeof flowFaultCodes)[keyof typeof flowFaultCodes]
