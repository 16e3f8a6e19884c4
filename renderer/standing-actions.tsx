import { elide } from '../shared/base/text.ts'
import type { Settings } from '../shared/contract/commands.ts'
import { useActions, type Action } from './state/actions.ts'
import { execute, useEngine } from './state/engine.ts'
import { edit, focusDial, newTrunk, show } from './state/ui.ts'
import { settingPlaces } from './ui/setting-places.ts'

const themes = [
  ['system', 'as the system'],
  ['light', 'light'],
  ['dark', 'dark'],
] as const

/** What can be done whatever screen is shown: with trunks, the agent, captures and settings. Draws nothing. */
export function StandingActions() {
  const trunks = useEngine((state) => state.trunks)
  const registrations = useEngine((state) => state.registrations)
  const agents = useEngine((state) => state.agents)
  const captures = useEngine((state) => state.captures)
  const settings = useEngine((state) => state.settings)
  useActions([
    { id: 'trunk.add', group: 'Trunk', name: 'Add a trunk', run: () => show('trunks', newTrunk) },
    ...[...trunks.keys()].flatMap((name): Action[] => {
      const registration = [...registrations.values()].find((view) => view.trunk === name)
      const registered = registration !== undefined && registration.state !== 'idle' && !registration.final
      return [
        {
          id: `trunk.dial.${name}`,
          group: 'Trunk',
          name: `Call through ${name}`,
          run: () => {
            edit({ trunk: name })
            focusDial()
          },
        },
        { id: `trunk.open.${name}`, group: 'Trunk', name: `Open ${name}`, run: () => show('trunks', name) },
        {
          id: `trunk.check.${name}`,
          group: 'Trunk',
          name: `Check ${name}`,
          run: () => {
            show('trunks', name)
            return execute('trunk.check', { name })
          },
        },
        {
          id: `trunk.register.${name}`,
          group: 'Trunk',
          name: registered ? `Un-register ${name}` : `Register ${name}`,
          run: () =>
            registered
              ? execute('registration.stop', { id: registration.id })
              : execute('registration.start', { trunk: name }),
        },
      ]
    }),
    ...[...agents.values()].map(({ id, addresses }) => ({
      id: `agent.stop.${id}`,
      group: 'Agent',
      name: `Stop the agent at ${addresses.map(({ transport, port }) => `${transport} ${port}`).join(', ')}`,
      run: () => execute('agent.stop', { id }),
    })),
    ...(settings && agents.size === 0
      ? [{ id: 'agent.start', group: 'Agent', name: 'Start the agent', run: () => startAgent(settings) }]
      : []),
    ...[...captures.values()].map(({ id, files }) => ({
      id: `capture.close.${id}`,
      group: 'Capture',
      name: `Close ${elide(files.join(', '), 40)}`,
      run: () => execute('capture.close', { id }),
    })),
    ...(settings
      ? themes.map(([theme, words]) => ({
          id: `theme.${theme}`,
          group: 'Setting',
          name: `Theme: ${words}`,
          run: () => execute('settings.save', { settings: { ...settings, theme } }),
        }))
      : []),
    ...settingPlaces.map(({ id, name }) => ({
      id: `setting.${id}`,
      group: 'Setting',
      name,
      run: () => show('settings', id),
    })),
  ])
  return null
}

/** As it is set; its password, where it has one, is stored with the settings. */
function startAgent({ agent }: Settings): Promise<unknown> {
  const { start: _, ...args } = agent
  return execute('agent.start', args)
}
