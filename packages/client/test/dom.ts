import { Window } from 'happy-dom';

/**
 * Gives React a document. Import it before anything of React. Only the document comes from here: fetch, WebSocket,
 * URL and timers stay the platform's, as they are what is tested.
 */
const window = new Window({ url: 'http://127.0.0.1/' });
Object.assign(globalThis, { window, document: window.document });
