// Programs that look for telephone systems to break into, by how they name themselves. Only names that no phone, no
// trunk and no monitor has; those that hide are known by what they do (bans.ts).
import { header, type WireRequest } from '../wire/wire-message.ts'

const agents =
  /friendly-?(scanner|request)|sipvicious|sundayddr|\bsivus\b|\bsipscan|sip-scan|\bsvmap|\bsvwar|\bsvcrack|vaxsipuseragent|\bsipcli\b|\bpplsip\b|\bgulp\b|\biwar\b|\bsmap \d/i

export function isScanner(request: WireRequest): boolean {
  // SIPVicious writes its name into From even where its User-Agent was changed.
  return agents.test(header(request, 'user-agent') ?? '') || /sipvicious/i.test(header(request, 'from') ?? '')
}
