// The constants of ITU-T G.722, by the names of its tables.

/** Table 11/G.722: the coefficients of the quadrature mirror filters, h0, h2 ... h22; the odd ones mirror them. */
export const evenTaps = Int16Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11)
export const oddTaps = evenTaps.toReversed()

/** Table 14/G.722: Q6, the borders of the 60-level quantizer of the lower band. */
export const q6 = Int16Array.of(
  ...[0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650],
  ...[714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919],
)

/** Table 18/G.722: QM4, what the four upper bits of a lower code mean. */
export const qm4 = Int16Array.of(
  ...[0, -20456, -12896, -8968, -6288, -4240, -2584, -1200],
  ...[20456, 12896, 8968, 6288, 4240, 2584, 1200, 0],
)

/** Table 20/G.722: QM6, what all six bits mean. */
export const qm6 = Int16Array.of(
  ...[-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576],
  ...[-7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040],
  ...[-728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456],
  ...[4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136],
)

/** QM2: what the two bits of a higher code mean. */
export const qm2 = Int16Array.of(-7408, -1616, 7408, 1616)

/** W, by the four upper bits of a lower code: how its logarithmic scale factor moves. */
export const lowerSteps = Int16Array.of(
  ...[-60, 3042, 1198, 538, 334, 172, 58, -30],
  ...[3042, 1198, 538, 334, 172, 58, -30, -60],
)

/** The same of a higher code. */
export const higherSteps = Int16Array.of(798, -214, 798, -214)

/** ILB: 2048 times 2 to the power of n/32. */
export const inverseLog = Int16Array.from({ length: 32 }, (_, n) => Math.round(2048 * 2 ** (n / 32)))
