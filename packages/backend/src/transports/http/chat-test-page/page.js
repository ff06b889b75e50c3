// @ts-check
const log = document.querySelector('#log');
/** @type {WebSocket | null} */
let socket = null;

/** @param {string} line */
function show(line) {
  log?.append(`${new Date().toLocaleTimeString()} ${line}\n`);
}

/** @param {FormData} form @param {string} name */
const field = (form, name) => String(form.get(name) ?? '').trim();

/** @param {FormData} form */
async function queryOf(form) {
  const token = field(form, 'token');
  if (token === '') {
    const names = ['user_id', 'nickname', 'email', 'profile_url'].filter((name) => field(form, name) !== '');
    return new URLSearchParams(names.map((name) => [name, field(form, name)]));
  }
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch('/chat/v1/ticket/', { method: 'POST', headers });
  const { ticket, detail } = await response.json();
  if (!response.ok) throw new Error(detail);
  return new URLSearchParams({ ticket });
}

/** @param {HTMLFormElement} form */
async function connect(form) {
  socket?.close();
  const data = new FormData(form);
  const query = await queryOf(data);
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const room = encodeURIComponent(field(data, 'room_id'));
  const opened = new WebSocket(`${scheme}://${location.host}/ws/chat/${room}/chat/?${query}`);
  socket = opened;
  opened.addEventListener('open', () => show('connected'));
  opened.addEventListener('message', ({ data: frame }) => show(`← ${frame}`));
  opened.addEventListener('close', ({ code, reason }) => show(`closed: ${code} ${reason}`));
}

document.querySelector('#connect')?.addEventListener('submit', (event) => {
  event.preventDefault();
  if (event.target instanceof HTMLFormElement) {
    connect(event.target).catch((err) => show(`not connected: ${err.message}`));
  }
});
document.querySelector('#disconnect')?.addEventListener('click', () => socket?.close());
document.querySelector('#say')?.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!(event.target instanceof HTMLFormElement)) return;
  const message = field(new FormData(event.target), 'message');
  const frame = JSON.stringify({ type: 'chat.message', message, client_id: crypto.randomUUID() });
  socket?.send(frame);
  show(`→ ${frame}`);
  event.target.reset();
});
