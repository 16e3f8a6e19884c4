import { useEffect, useMemo, useRef, useState } from 'react'
import { microsOf } from '../../../shared/base/time.ts'
import type { CallAudio, Way } from '../../../shared/contract/call-files.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { span } from '../../../shared/shown/format.ts'
import { outlinePath, stereoWav, waveformOf, type Waveform } from '../../../shared/shown/waveform.ts'
import { execute } from '../../state/engine.ts'
import { Button, Choice, Fault, Foreign, Icon, saveFile } from '../../ui/controls.tsx'
import { Loading } from '../../ui/loading.tsx'
import { SpectrumView } from './spectrum.tsx'
import './player.css'

/** One direction: its sound, and where it begins on the clock of the player. */
interface Side {
  readonly way: Way
  readonly audio: CallAudio
  readonly sound: Waveform
  readonly fromMs: number
}

type Heard = { readonly sides: readonly Side[]; readonly faults: readonly string[]; readonly beginUs: number | null }

const ways = ['to-peer', 'from-peer'] as const
const width = 1000
const height = 40
const listened = [
  ['both', 'both sides'],
  ['to-peer', 'to peer'],
  ['from-peer', 'from peer'],
] as const
const arrows = { 'to-peer': '→ to peer', 'from-peer': '← from peer' } as const

/**
 * Plays both directions of a call from its packets or its recording, with their waveforms: what was lost and where
 * nobody is heard is marked. `atUs`: the time of the message that is looked at.
 */
export default function Player({ report, atUs }: { report: CallReport; atUs: number | null }) {
  const heard = useHeard(report.id)
  if (!heard) return <Loading what="the audio" />
  if (heard.sides.length === 0)
    return (
      <div className="player">
        {heard.faults.map((fault) => (
          <Fault key={fault} text={fault} />
        ))}
      </div>
    )
  return <Sounds report={report} heard={heard} atUs={atUs} />
}

function Sounds({ report, heard, atUs }: { report: CallReport; heard: Heard; atUs: number | null }) {
  const { sides, faults, beginUs } = heard
  const [to, setTo] = useState<'both' | Way>('both')
  const [atMs, setAtMs] = useState(0)
  const [playing, setPlaying] = useState(false)
  const [spectra, setSpectra] = useState(false)
  const audio = useRef<HTMLAudioElement>(null)
  const lengthMs = Math.max(...sides.map(({ sound, fromMs }) => fromMs + (sound.samples.length * 1000) / sound.rateHz))
  const url = useUrl(sides, to)
  const seek = (ms: number) => {
    const inside = Math.max(0, Math.min(lengthMs, ms))
    if (audio.current) audio.current.currentTime = inside / 1000
    setAtMs(inside)
  }
  // A message that is chosen is a place in the sound.
  useEffect(() => {
    if (atUs !== null && beginUs !== null) seek((atUs - beginUs) / 1000)
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [atUs, beginUs])
  useEffect(() => {
    if (!playing) return
    const timer = setInterval(() => setAtMs((audio.current?.currentTime ?? 0) * 1000), 50)
    return () => clearInterval(timer)
  }, [playing])
  const toggle = () => {
    if (playing) audio.current?.pause()
    else void audio.current?.play().catch(() => setPlaying(false))
  }
  return (
    <section className="player" aria-label="Player">
      <audio
        ref={audio}
        src={url}
        onLoadedMetadata={() => seek(atMs)}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlaying(false)}
      />
      <div className="actions">
        <Button onClick={toggle} aria-pressed={playing}>
          {playing ? 'Pause' : 'Play'}
        </Button>
        <Choice aria-label="What is heard" value={to} options={listened} onChange={setTo} />
        <span className="numbers" aria-live="off">
          {span(atMs / 1000)} of {span(lengthMs / 1000)}
          {beginUs !== null && (
            <span className="muted">
              {' '}
              {offsetText((beginUs + atMs * 1000 - microsOf(report.timeline.startedAt)) / 1e6)}
            </span>
          )}
        </span>
        <Button aria-expanded={spectra} onClick={() => setSpectra(!spectra)}>
          Spectrum
        </Button>
        {sides.map(({ way, audio: { wav } }) => (
          <Button key={way} onClick={() => saveFile(`call-${report.id}-${way}.wav`, 'audio/wav', wav)}>
            Save {way.replace('-', ' ')} as WAV
          </Button>
        ))}
      </div>
      <input
        type="range"
        aria-label="Position"
        aria-valuetext={span(atMs / 1000)}
        min={0}
        max={Math.round(lengthMs)}
        step={20}
        value={Math.round(atMs)}
        onChange={(event) => seek(Number(event.target.value))}
      />
      <div className="player-waves">
        {sides.map((side) => (
          <Wave key={side.way} side={side} lengthMs={lengthMs} onSeek={seek} />
        ))}
        <i className="player-at" style={{ left: `${(100 * atMs) / lengthMs}%` }} aria-hidden="true" />
      </div>
      {spectra && (
        <div className="player-spectra">
          {sides
            .filter(({ way }) => to === 'both' || to === way)
            .map(({ way, sound, fromMs }) => (
              <SpectrumView key={way} title={arrows[way]} {...{ way, sound, fromMs, lengthMs }} />
            ))}
        </div>
      )}
      <p className="muted player-key">
        {sides.map(({ way, audio: one }) => (
          <span key={way} className={way}>
            {arrows[way]}
            {one.codec === null ? '' : ` ${one.codec}`}:{' '}
            {one.lost.length === 0 ? 'nothing lost' : `${one.lost.length} gaps`},{' '}
            {one.silences.length === 0 ? 'no silence over 1 s' : `${one.silences.length} silences over 1 s`}
            {one.note !== null && <> · {one.note}</>}
          </span>
        ))}
      </p>
      {faults.map((fault) => (
        <p key={fault} className="muted">
          <Icon name="unknown" /> <Foreign text={fault} />
        </p>
      ))}
    </section>
  )
}

const offsetText = (seconds: number) => `(${seconds < 0 ? '−' : '+'}${span(Math.abs(seconds))} of the call)`

function Wave({ side, lengthMs, onSeek }: { side: Side; lengthMs: number; onSeek: (ms: number) => void }) {
  const { way, sound, fromMs, audio } = side
  const path = useMemo(() => outlinePath(sound, -fromMs, lengthMs - fromMs, width, height), [sound, fromMs, lengthMs])
  const x = (ms: number) => ((fromMs + ms) / lengthMs) * width
  return (
    <svg
      className={way}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Waveform ${way.replace('-', ' ')}: ${audio.lost.length} gaps, ${audio.silences.length} silences`}
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect()
        onSeek(((event.clientX - box.left) / box.width) * lengthMs)
      }}
    >
      {audio.silences.map(({ atMs, lengthMs: ms }) => (
        <rect key={atMs} className="player-silence" x={x(atMs)} width={x(ms) - x(0)} y={0} height={height}>
          <title>{`nothing is heard for ${span(ms / 1000)}`}</title>
        </rect>
      ))}
      <path d={path} />
      {audio.lost.map(({ atMs, lengthMs: ms }) => (
        <rect key={atMs} className="player-lost" x={x(atMs)} width={Math.max(2, x(ms) - x(0))} y={0} height={height}>
          <title>{`${Math.round(ms)} ms lost`}</title>
        </rect>
      ))}
    </svg>
  )
}

/** What is played, as the URL of a file that only this page has. */
function useUrl(sides: readonly Side[], to: 'both' | Way): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const of = (way: Way) => (to === 'both' || to === way ? sides.find((side) => side.way === way) : undefined)
    const [ours, theirs] = [of('to-peer'), of('from-peer')]
    const wav = stereoWav(ours?.sound ?? null, theirs?.sound ?? null, ours?.fromMs ?? 0, theirs?.fromMs ?? 0)
    const made = URL.createObjectURL(new Blob([wav], { type: 'audio/wav' }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [sides, to])
  return url
}

/** Both directions of a call; null until they are there. */
function useHeard(id: string): Heard | null {
  const [heard, setHeard] = useState<Heard | null>(null)
  useEffect(() => {
    let stale = false
    void hear(id).then((found) => stale || setHeard(found))
    return () => void (stale = true)
  }, [id])
  return heard
}

async function hear(id: string): Promise<Heard> {
  const found: { readonly way: Way; readonly audio: CallAudio }[] = []
  const faults: string[] = []
  for (const way of ways) {
    try {
      found.push({ way, audio: await execute('call.audio', { id, way }) })
    } catch (error) {
      faults.push(`${arrows[way]}: ${(error as Error).message}.`)
    }
  }
  const times = found.flatMap(({ audio }) => (audio.startedAt === null ? [] : microsOf(audio.startedAt)))
  const beginUs = times.length === 0 ? null : Math.min(...times)
  const sides = found.map(({ way, audio }) => ({
    way,
    audio,
    sound: waveformOf(bytesOf(audio.wav), audio.rateHz),
    fromMs: audio.startedAt === null || beginUs === null ? 0 : (microsOf(audio.startedAt) - beginUs) / 1000,
  }))
  return { sides, faults: [...new Set(faults)], beginUs }
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
