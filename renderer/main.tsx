import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { connect } from './state/engine.ts'
import { followAddress } from './state/place.ts'
import './ui/base.css'
import './ui/controls.css'

followAddress()
connect()
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
