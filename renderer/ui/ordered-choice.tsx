import { useId, useState } from 'react'
import { drawAtOnce } from './at-once.ts'
import { Button, Icon } from './controls.tsx'
import './ordered-choice.css'

/** Something that can be chosen; `title` says what it is. */
export interface Entry {
  readonly name: string
  readonly title: string
  /** It stands beside others only. */
  readonly beside?: boolean
}

/**
 * Some of a list, in an order of one's own: each that is chosen has buttons that move it and leave it out, each other
 * one adds it at the end. At least one stays chosen. `usual`: what holds while `value` is null, and `usually` says
 * whose choice that is.
 */
export function OrderedChoice({
  id,
  what,
  entries,
  value,
  usual,
  usually,
  onChange,
  ...props
}: {
  'id': string
  /** What the list is of, for who hears it: `Codecs`. */
  'what': string
  'entries': readonly Entry[]
  'value': readonly string[] | null
  'usual'?: readonly string[]
  'usually'?: string
  'onChange': (names: string[] | null) => void
  'aria-describedby'?: string | undefined
}) {
  const [said, setSaid] = useState('')
  const own = useId()
  const chosen = value ?? usual ?? []
  const known = (name: string) => entries.find((entry) => entry.name === name)
  /** What is left without it can stand alone. */
  const goesWithout = (name: string) => chosen.some((other) => other !== name && known(other)?.beside !== true)
  /** Keys stay at what was moved, or at what took the place of what is gone. */
  const change = (names: string[] | null, text: string, focus: string) => {
    drawAtOnce(() => {
      setSaid(text)
      onChange(names)
    })
    document.getElementById(`${own}-${focus}`)?.focus()
  }
  const move = (index: number, by: -1 | 1) => {
    const names = [...chosen]
    const [name] = names.splice(index, 1)
    const place = index + by
    names.splice(place, 0, name!)
    const atEnd = by < 0 ? place === 0 : place === names.length - 1
    const button = by < 0 === atEnd ? 'later' : 'sooner'
    change(names, `${name} is ${place + 1} of ${names.length}`, `${button}-${name}`)
  }
  const leaveOut = (name: string) =>
    change(
      chosen.filter((other) => other !== name),
      `${name} is left out`,
      `add-${name}`,
    )
  const add = (name: string) => change([...chosen, name], `${name} is ${chosen.length + 1}`, `out-${name}`)
  return (
    <div className="ordered" id={id} role="group" aria-label={what} aria-describedby={props['aria-describedby']}>
      <ol aria-label={`${what}, the preferred first`}>
        {chosen.map((name, index) => (
          <li key={name} title={known(name)?.title}>
            <span className="mono">{name}</span>
            <Button
              id={`${own}-sooner-${name}`}
              kind="quiet"
              aria-label={`${name} sooner`}
              disabled={index === 0}
              onClick={() => move(index, -1)}
            >
              <Icon name="left" />
            </Button>
            <Button
              id={`${own}-later-${name}`}
              kind="quiet"
              aria-label={`${name} later`}
              disabled={index === chosen.length - 1}
              onClick={() => move(index, 1)}
            >
              <Icon name="right" />
            </Button>
            <Button
              id={`${own}-out-${name}`}
              kind="quiet"
              aria-label={`Leave out ${name}`}
              disabled={!goesWithout(name)}
              onClick={() => leaveOut(name)}
            >
              <Icon name="close" />
            </Button>
          </li>
        ))}
      </ol>
      {entries
        .filter(({ name }) => !chosen.includes(name))
        .map(({ name, title }) => (
          <Button key={name} id={`${own}-add-${name}`} kind="quiet" title={title} onClick={() => add(name)}>
            + {name}
          </Button>
        ))}
      {usually !== undefined &&
        (value === null ? (
          <span className="hint">{usually}</span>
        ) : (
          <Button kind="quiet" onClick={() => change(null, usually, `out-${usual?.[0]}`)}>
            {usually}
          </Button>
        ))}
      <span role="status" className="hidden">
        {said}
      </span>
    </div>
  )
}
