// What a datagram may be at most before anything of it is parsed further: memory and time per message are bounded here.

export const maxDatagramBytes = 64 * 1024
export const maxHeadBytes = 32 * 1024
export const maxBodyBytes = 16 * 1024
export const maxHeaders = 128
/** Of one header line after unfolding. */
export const maxLineChars = 8192
