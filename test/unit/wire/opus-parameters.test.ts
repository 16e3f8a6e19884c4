import { describe, expect, it } from 'vitest'
import { readOpusParameters } from '../../../shared/wire/sdp/opus-parameters.ts'

const usual = {
  stereo: false,
  fec: false,
  dtx: false,
  cbr: false,
  maxPlaybackRateHz: 48_000,
  maxAverageBitrate: 510_000,
}

describe('the parameters of Opus', () => {
  it.each([null, '', ';;;', '=', 'stereo', 'stereo=2', 'maxplaybackrate=', 'minptime=10'])(
    'are the defaults of RFC 7587 where they say nothing: %s',
    (text) => expect(readOpusParameters(text)).toEqual(usual),
  )

  it('are read in any case, with spaces, and of two with one name the first holds', () => {
    const text = 'Stereo=1; useInbandFEC=1 ;usedtx=1; CBR=1;maxplaybackrate=16000; maxaveragebitrate=20000; stereo=0'
    expect(readOpusParameters(text)).toEqual({
      stereo: true,
      fec: true,
      dtx: true,
      cbr: true,
      maxPlaybackRateHz: 16_000,
      maxAverageBitrate: 20_000,
    })
  })

  it.each(['0', '7999', '48001', '-8000', '1e4', '99999999999999999999'])('have no rate of %s', (rate) =>
    expect(readOpusParameters(`maxplaybackrate=${rate}`).maxPlaybackRateHz).toBe(48_000),
  )

  it.each(['0', '5999', '510001', 'x'])('have no bit rate of %s', (rate) =>
    expect(readOpusParameters(`maxaveragebitrate=${rate}`).maxAverageBitrate).toBe(510_000),
  )
})
