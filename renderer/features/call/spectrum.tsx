import { useEffect, useMemo, useRef } from 'react'
import { spectrumOf, spectrumRows, spectrumText, type Spectrum } from '../../../shared/shown/spectrum.ts'
import type { Waveform } from '../../../shared/shown/waveform.ts'
import { onTheme } from '../../ui/theme.ts'

/** What is drawn faintest and what is drawn full, in dBFS. */
const [faint, full] = [-90, -20]

/**
 * What frequencies one direction has, below its waveform and in its time: the stronger the darker, low ones at the
 * bottom. The line below it says the same in words.
 */
export function SpectrumView({
  way,
  title,
  sound,
  fromMs,
  lengthMs,
}: {
  way: string
  title: string
  sound: Waveform
  /** Where the sound begins, and how long the whole is. */
  fromMs: number
  lengthMs: number
}) {
  const spectrum = useMemo(() => spectrumOf(sound), [sound])
  const text = useMemo(() => spectrumText(spectrum), [spectrum])
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const draw = () => canvas.current && paint(canvas.current, spectrum)
    draw()
    return onTheme(draw)
  }, [spectrum])
  const soundMs = (sound.samples.length * 1000) / sound.rateHz
  const place = { left: `${(100 * fromMs) / lengthMs}%`, width: `${(100 * soundMs) / lengthMs}%` }
  return (
    <figure className={`spectrum ${way}`}>
      <div className="spectrum-drawn">
        <canvas
          ref={canvas}
          width={spectrum.columns}
          height={spectrumRows}
          style={place}
          role="img"
          aria-label={`Spectrum ${title}`}
          aria-describedby={`spectrum-${way}`}
        />
        <span aria-hidden="true">{sound.rateHz / 2000} kHz</span>
        <span aria-hidden="true">0</span>
      </div>
      <figcaption id={`spectrum-${way}`}>
        {title}: {text}
      </figcaption>
    </figure>
  )
}

/** In the colour of the direction, from nothing to full. */
function paint(canvas: HTMLCanvasElement, { columns, dbfs }: Spectrum): void {
  const context = canvas.getContext('2d')
  if (!context) return
  context.clearRect(0, 0, columns, spectrumRows)
  context.fillStyle = getComputedStyle(canvas).color
  for (let column = 0; column < columns; column++)
    for (let row = 0; row < spectrumRows; row++) {
      const strength = (dbfs[column * spectrumRows + row]! - faint) / (full - faint)
      if (strength <= 0) continue
      context.globalAlpha = Math.min(1, strength)
      context.fillRect(column, spectrumRows - 1 - row, 1, 1)
    }
}
