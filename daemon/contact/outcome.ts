// What an operation on a contact comes to.

export type Refusal =
  | 'noSuchContact'
  | 'noSuchAgent'
  | 'noSuchQueue'
  | 'noSuchQuickConnect'
  | 'noSuchFlow'
  | 'noSuchParty'
  /** The contact is not in a state for it: not joined, on hold already, not a task, … */
  | 'notNow'
  | 'agentBusy'
  /** Whom an agent calls has a contact, or no phone. */
  | 'colleagueBusy'
  | 'conferenceFull'
  /** As many calls as the box takes. */
  | 'atCapacity'
  | 'draining'

export type Outcome = { ok: true; contactId: string } | { ok: false; reason: Refusal }

export const done = (contactId: string): Outcome => ({ ok: true, contactId })
export const refused = (reason: Refusal): Outcome => ({ ok: false, reason })
