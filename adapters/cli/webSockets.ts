/** The package `ws`, which the build bundles into this module. */
export { type WebSocket, WebSocketServer } from 'ws'
