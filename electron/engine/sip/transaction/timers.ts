/** RFC 3261 17.1.1.1 and table 4, in milliseconds. */
export const T1 = 500
export const T2 = 4000
export const T4 = 5000
/** Timers B, F, H, L, M, and the life of an unacknowledged 2xx. */
export const sixtyFourT1 = 64 * T1
/** Timer D for unreliable transports. */
export const timerD = 32_000
