import { describe, expect, it } from 'vitest'
import { grants, linkIn, windowState } from '../../../electron/shell/policy.ts'

describe('the window policy', () => {
  it.each([
    ['media', ['audio'], true], ['speaker-selection', [], true],
    ['media', ['video'], false], ['media', ['audio', 'video'], false], ['media', [], false], ['geolocation', [], false], ['notifications', [], false], ['clipboard-read', [], false],
  ] as const)('%s %s is granted: %s', (permission, types, granted) => {
    expect(grants(permission, types)).toBe(granted)
  })

  it.each([
    [['ringback', '--profile=x', 'sip:a@b'], 'sip:a@b'], [['ringback', 'SIPS:a@b'], 'SIPS:a@b'], [['ringback', 'tel:+15550100'], 'tel:+15550100'],
    [['ringback'], null], [['ringback', 'https://sip:x'], null], [['ringback', 'sip:'], null], [['ringback', '--sip:x'], null],
  ] as const)('the link in %s is %s', (args, link) => {
    expect(linkIn(args)).toBe(link)
  })

  const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]
  const usual = { width: 1280, height: 800, maximized: false }
  it.each([
    ['nothing', null, usual], ['no JSON', '{', usual], ['another shape', '{"width":"wide"}', usual], ['null', 'null', usual],
    ['a place on a screen', '{"x":10,"y":20,"width":1000,"height":700,"maximized":true}', { x: 10, y: 20, width: 1000, height: 700, maximized: true }],
    ['a place on a screen that is gone', '{"x":3000,"y":20,"width":1000,"height":700}', { width: 1000, height: 700, maximized: false }],
    ['too small', '{"width":10,"height":10}', { width: 900, height: 600, maximized: false }],
  ] as const)('a window remembered as %s opens well', (_name, text, expected) => {
    expect(windowState(text, screens)).toEqual(expected)
  })
})
