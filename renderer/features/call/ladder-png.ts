import type { LadderSource } from '../../../shared/shown/ladder-columns.ts'
import { drawLadder, inks, sizeOf } from '../../../shared/shown/ladder-drawing.ts'
import type { Ladder } from '../../../shared/shown/ladder-rows.ts'

/** The ladder as a PNG, base64, at twice its size. */
export function ladderPng(ladder: Ladder, source: LadderSource): string {
  const { width, height } = sizeOf(ladder)
  const canvas = document.createElement('canvas')
  canvas.width = width * 2
  canvas.height = height * 2
  const context = canvas.getContext('2d')!
  context.scale(2, 2)
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  drawLadder(ladder, source, {
    line: ([x1, y1], [x2, y2], ink, dash) => {
      context.strokeStyle = inks[ink]
      context.setLineDash([...dash])
      context.beginPath()
      context.moveTo(x1, y1)
      context.lineTo(x2, y2)
      context.stroke()
    },
    text: ([x, y], text, { size, bold, ink, middle }) => {
      context.font = `${bold ? '600 ' : ''}${size}px monospace`
      context.fillStyle = inks[ink]
      context.textAlign = middle ? 'center' : 'left'
      context.fillText(text, x, y)
    },
  })
  return canvas.toDataURL('image/png').replace(/^[^,]*,/, '')
}
