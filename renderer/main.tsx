import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { connect } from './state/engine.ts'
import { followAddress } from './state/place.ts'
import { loadCharts } from './ui/chart.tsx'
import './ui/base.css'
import './ui/controls.css'

followAddress()
connect()
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
// What the first picture does without is there before it is asked for, also where the engine is gone by then.
requestIdleCallback(() => void loadCharts().catch(() => {}))
