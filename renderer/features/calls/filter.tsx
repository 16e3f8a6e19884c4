import { useEffect, useState, type RefObject } from 'react'
import { parseCallQuery, sortKeys, withoutTerm, type SortKey } from '../../../shared/model/call-query.ts'
import { search, sortBy, useHistory } from '../../state/history.ts'
import { Button, Foreign, Icon } from '../../ui/controls.tsx'
import { Menu } from '../../ui/menu.tsx'

const sorts: { readonly [Key in SortKey]: string } = {
  start: 'Start',
  number: 'Number',
  trunk: 'Trunk',
  verdict: 'Verdict',
  status: 'Status',
  length: 'Length',
}

const suggestions = [
  'verdict:one-way',
  'verdict:no-audio',
  'verdict:not-answered',
  'status:4xx',
  'status:403',
  'dir:in',
  'dir:out',
] as const

/** The filter over the list, its fields as chips that can be taken away, and the order. */
export function Filter({
  input,
  count,
  loading,
}: {
  input: RefObject<HTMLInputElement | null>
  count: number
  loading: boolean
}) {
  const { query, sort, descending } = useHistory()
  const { fields } = parseCallQuery(query)
  const [announced, setAnnounced] = useState(count)
  // Read aloud when it has settled.
  useEffect(() => {
    const timer = setTimeout(() => setAnnounced(count), 500)
    return () => clearTimeout(timer)
  }, [count])
  const add = (term: string) => {
    search(`${query.trim()} ${term}`.trim())
    input.current?.focus()
  }
  return (
    <div className="calls-filter">
      <input
        ref={input}
        type="search"
        aria-label="Filter calls"
        placeholder="Filter: words, status:403, dir:in  /"
        title={
          'Words that are anywhere in the call, and fields: ' +
          'status:403 status:4xx trunk:x verdict:one-way dir:in from:x to:x'
        }
        value={query}
        onChange={(event) => search(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && (search(''), input.current?.blur())}
      />
      <div className="calls-order">
        <span className="muted numbers">
          {count === 1 ? '1 call' : `${count.toLocaleString('en')} calls`}
          {loading && query !== '' ? ' …' : ''}
        </span>
        <span className="hidden" role="status">
          {announced === 1 ? 'one is listed' : `${announced.toLocaleString('en')} are listed`}
        </span>
        <Menu label="Filter by" items={suggestions.map((term) => ({ name: term, run: () => add(term) }))}>
          <Icon name="find" />
        </Menu>
        <select
          aria-label="Sort calls by"
          value={sort}
          onChange={(event) => sortBy(event.target.value as SortKey, descending)}
        >
          {sortKeys.map((key) => (
            <option key={key} value={key}>
              {sorts[key]}
            </option>
          ))}
        </select>
        <Button
          kind="quiet"
          aria-label={descending ? 'Descending' : 'Ascending'}
          title={descending ? 'Descending: newest, longest, last first' : 'Ascending'}
          onClick={() => sortBy(sort, !descending)}
        >
          <Icon name={descending ? 'down' : 'up'} />
        </Button>
      </div>
      {fields.length > 0 && (
        <ul className="calls-chips" aria-label="Fields of the filter">
          {fields.map((term) => (
            <li key={`${term.field}:${term.value}`}>
              <Button onClick={() => search(withoutTerm(query, term))} title="Take this away">
                <span>
                  {term.field}:<Foreign text={term.value} />
                </span>
                <Icon name="close" />
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
