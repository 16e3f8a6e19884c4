import { contextBridge, ipcRenderer } from 'electron'

// What the page gets from Electron: ports to the engine, links to dial, menu actions; the clipboard to write to.
contextBridge.exposeInMainWorld('ringback', { copy: (text: string) => ipcRenderer.send('copy', text) })
ipcRenderer.on('port', ({ ports }) => window.postMessage('ringback:port', location.origin, [...ports]))
ipcRenderer.on('lost', () => window.postMessage('ringback:lost', location.origin))
ipcRenderer.on('dial', (_event, uri: string) => window.postMessage({ ringback: 'dial', uri }, location.origin))
ipcRenderer.on('action', (_event, action: string) =>
  window.postMessage({ ringback: 'action', action }, location.origin),
)
