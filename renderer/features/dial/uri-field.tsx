import { useCombobox } from 'downshift'
import { useEffect, useMemo } from 'react'
import type { Favourite } from '../../../shared/contract/commands.ts'
import { agentUri, markFavourite, sameTarget } from '../../state/dial.ts'
import { useEngine } from '../../state/engine.ts'
import { useHistory } from '../../state/history.ts'
import { edit, useUi } from '../../state/ui.ts'
import { Foreign, Icon } from '../../ui/controls.tsx'

const mostSuggestions = 12

type Suggestion = Favourite & { readonly kind: 'favourite' | 'agent' | 'recent' }

/** Favourites, the built-in agent, where calls went before; those that what is typed is found in. */
function useSuggestions(typed: string): Suggestion[] {
  const pages = useHistory((state) => state.pages)
  const calls = useEngine((state) => state.calls)
  const agents = useEngine((state) => state.agents)
  const favourites = useEngine((state) => state.settings?.favourites)
  return useMemo(() => {
    const agent = agents.size > 0 ? agentUri() : null
    const recent = [...[...calls.values()].toReversed(), ...(pages.get(0) ?? [])]
      .filter(({ direction, to }) => direction === 'outbound' && /^sips?:/.test(to))
      .map(({ to, trunk }) => ({ uri: to, trunk, kind: 'recent' as const }))
    const all: Suggestion[] = [
      ...(favourites ?? []).map((favourite) => ({ ...favourite, kind: 'favourite' as const })),
      ...(agent === null ? [] : [{ uri: agent, trunk: null, kind: 'agent' as const }]),
      ...recent,
    ]
    const found: Suggestion[] = []
    for (const one of all)
      if (
        one.uri !== typed &&
        one.uri.toLowerCase().includes(typed.toLowerCase()) &&
        !found.some((known) => sameTarget(known, one))
      )
        found.push(one)
    return found.slice(0, mostSuggestions)
  }, [pages, calls, agents, favourites, typed])
}

function noteOf({ kind, trunk }: Suggestion): string {
  const through = trunk === null ? '' : `through ${trunk}`
  return kind === 'agent' ? 'the built-in agent' : through
}

/** What is dialled, with favourites and earlier calls to choose from. */
export function UriField({
  fault,
  dialable,
  onSubmit,
  onEdit,
  onChoosing,
}: {
  fault: boolean
  dialable: boolean
  onSubmit: () => void
  onEdit: () => void
  onChoosing: (choosing: boolean) => void
}) {
  const { uri, trunk } = useUi((state) => state.draft)
  const items = useSuggestions(uri)
  const { isOpen, highlightedIndex, getInputProps, getMenuProps, getItemProps, closeMenu } = useCombobox({
    items,
    inputValue: uri,
    selectedItem: null,
    itemToString: (item) => item?.uri ?? '',
    itemToKey: (item) => (item ? `${item.trunk ?? ''} ${item.uri}` : ''),
    onSelectedItemChange: ({ selectedItem }) =>
      selectedItem && edit({ uri: selectedItem.uri, trunk: selectedItem.trunk }),
  })
  const open = isOpen && items.length > 0
  useEffect(() => onChoosing(open), [open, onChoosing])
  return (
    <div className="dial-uri">
      <input
        {...getInputProps({
          'id': 'dial-uri',
          'aria-label': 'SIP URI or number',
          'aria-invalid': fault,
          'placeholder': trunk === null ? 'sip:identifier@host' : 'number, or sip:identifier@host',
          'spellCheck': false,
          'autoComplete': 'off',
          // In the event itself: downshift tells of changes in an effect, and what is set there may be outrun by fast
          // typing.
          'onChange': ({ currentTarget }) => {
            onEdit()
            edit({ uri: currentTarget.value })
          },
          // Without a suggestion chosen, Enter places the call.
          'onKeyDown': (event) => {
            if (event.key !== 'Enter' || highlightedIndex >= 0) return
            Object.assign(event.nativeEvent, { preventDownshiftDefault: true })
            event.preventDefault()
            closeMenu()
            onSubmit()
          },
        })}
        className="mono"
      />
      {dialable && <Star target={{ uri, trunk }} />}
      <ul {...getMenuProps({ 'aria-label': 'Favourites and earlier calls' })} hidden={!open}>
        {open &&
          items.map((item, index) => (
            <li
              key={`${item.trunk ?? ''} ${item.uri}`}
              {...getItemProps({ item, index })}
              className={index === highlightedIndex ? 'highlighted' : ''}
            >
              {item.kind === 'favourite' && <Icon name="star" />}
              <span className="mono elide">
                <Foreign text={item.uri} />
              </span>
              <span className="muted elide">
                <Foreign text={noteOf(item)} />
              </span>
            </li>
          ))}
      </ul>
    </div>
  )
}

/** Keeps what is typed among the favourites. */
function Star({ target }: { target: Favourite }) {
  const on = useEngine((state) => state.settings?.favourites.some((known) => sameTarget(known, target)) ?? false)
  return (
    <button
      type="button"
      className={`dial-star${on ? ' on' : ''}`}
      aria-pressed={on}
      aria-label="Favourite"
      title={on ? 'Among the favourites; click to take it out' : 'Keep among the favourites'}
      onClick={() => void markFavourite(target, !on).catch(() => {})}
    >
      <Icon name="star" />
    </button>
  )
}
