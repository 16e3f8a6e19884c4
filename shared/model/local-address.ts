/** As the address that calls leave from: whichever reaches the peer, whatever the settings say. */
export const anyLocalAddress = 'any'
