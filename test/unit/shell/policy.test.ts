import { describe, expect, it } from 'vitest'
import {
  appPath,
  grants,
  linkIn,
  mayCopy,
  mayNavigate,
  restartDelayMs,
  windowState,
} from '../../../electron/shell/policy.ts'

describe('the window policy', () => {
  it.each([
    ['media', ['audio'], true],
    ['speaker-selection', [], true],
    ['media', ['video'], false],
    ['media', ['audio', 'video'], false],
    ['media', [], false],
    ['geolocation', [], false],
    ['notifications', [], true],
    ['clipboard-read', [], false],
  ] as const)('%s %s is granted: %s', (permission, types, granted) => {
    expect(grants('app://ringback/', permission, types)).toBe(granted)
    for (const origin of ['', 'null', 'https://ringback', 'app://evil/', 'app://ringback.evil/', 'file:///'])
      expect(grants(origin, permission, types)).toBe(false)
  })

  it.each([
    ['app://ringback/', '/'],
    ['app://ringback/?x#y', '/'],
    ['app://ringback/assets/index-1.js?v=1', '/assets/index-1.js'],
    ['app://ringback/../engine.mjs', '/../engine.mjs'],
    ['app://ringback/%2e%2e/engine.mjs', '/%2e%2e/engine.mjs'],
    ['app://ringback', null],
    ['app://ringback-evil/', null],
    ['app://ringback.evil/', null],
    ['https://ringback/', null],
    ['file:///etc/passwd', null],
    ['', null],
    ['APP://ringback/', null],
    ['app://user@ringback/', null],
    ['app://ringback:80/', null],
  ])('the path of %s is %s', (url, path) => {
    expect(appPath(url)).toBe(path)
  })

  it('lets the page go nowhere but to itself', () => {
    expect(
      [
        'app://ringback/',
        'app://ringback/#x',
        'app://ringback/assets/x.js',
        'https://example.org/',
        'file:///',
        'javascript:alert(1)',
        'about:blank',
        'data:text/html,x',
        'sip:a@b',
      ].map(mayNavigate),
    ).toEqual([true, true, ...Array.from({ length: 7 }, () => false)])
  })

  it('takes text for the clipboard from our page itself, and not without end', () => {
    const ours = { url: 'app://ringback/', parent: null }
    expect(mayCopy(ours, 'text')).toBe(true)
    for (const text of [null, undefined, 1, {}, ['text'], new String('text'), 'x'.repeat(1024 * 1024 + 1)])
      expect(mayCopy(ours, text)).toBe(false)
    for (const frame of [
      null,
      { ...ours, parent: ours },
      { url: 'https://example.org/', parent: null },
      { url: 'app://ringback.evil/', parent: null },
      { url: 'about:blank', parent: null },
      { url: '', parent: null },
    ])
      expect(mayCopy(frame, 'text')).toBe(false)
  })

  it('restarts an engine at once, and later when it dies again and again', () => {
    expect(
      [
        [0],
        [0, 1, 2, 3, 4],
        [0, 1, 2, 3, 4, 5],
        [0, 1, 2, 3, 4, 70_000],
        [0, 10_000, 20_000, 30_000, 40_000, 59_000],
      ].map(restartDelayMs),
    ).toEqual([0, 0, 10_000, 0, 10_000])
  })

  it.each([
    [['ringback', '--profile=x', 'sip:a@b'], 'sip:a@b'],
    [['ringback', 'SIPS:a@b'], 'SIPS:a@b'],
    [['ringback', 'tel:+15550100'], 'tel:+15550100'],
    [['ringback'], null],
    [['ringback', 'https://sip:x'], null],
    [['ringback', 'sip:'], null],
    [['ringback', '--sip:x'], null],
    [['ringback', `sip:${'a'.repeat(3000)}`], null],
    [['ringback', 'sip:a@b\u202e'], null],
    [['ringback', 'sip:a b'], null],
    [['ringback', 'sip:a@b\n--x'], null],
    [['javascript:x', 'file:///etc'], null],
  ] as const)('the link in %s is %s', (args, link) => {
    expect(linkIn(args)).toBe(link)
  })

  const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]
  const usual = { width: 1280, height: 800, maximized: false }
  it.each([
    ['nothing', null, usual],
    ['no JSON', '{', usual],
    ['another shape', '{"width":"wide"}', usual],
    ['null', 'null', usual],
    [
      'a place on a screen',
      '{"x":10,"y":20,"width":1000,"height":700,"maximized":true}',
      { x: 10, y: 20, width: 1000, height: 700, maximized: true },
    ],
    [
      'a place on a screen that is gone',
      '{"x":3000,"y":20,"width":1000,"height":700}',
      { width: 1000, height: 700, maximized: false },
    ],
    ['too small', '{"width":10,"height":10}', { width: 900, height: 600, maximized: false }],
  ] as const)('a window remembered as %s opens well', (_name, text, expected) => {
    expect(windowState(text, screens)).toEqual(expected)
  })
})
