// The users of `smew load websocket` in k6, for tests/bench/load_tester.py: each sends, waits for its reply and goes on, or sends every
// EVERY_MS whatever comes back. k6's clock has milliseconds.
import { WebSocket } from 'k6/websockets';
import { Counter, Trend } from 'k6/metrics';

const roundTrip = new Trend('round_trip', true);
const replies = new Counter('replies');
const seconds = Number(__ENV.SECONDS);
const every = Number(__ENV.EVERY_MS || 0);

export const options = {
  scenarios: { users: { executor: 'per-vu-iterations', vus: Number(__ENV.USERS), iterations: 1, maxDuration: '10m' } },
  summaryTrendStats: ['med', 'p(95)', 'p(99.5)'],
};

export default function () {
  const socket = new WebSocket(__ENV.URL);
  const sent = new Map();
  let number = 0;
  let until = 0;
  const send = () => {
    const id = `${__VU}-${number++}`;
    sent.set(id, Date.now());
    socket.send(`say ${id}`);
  };
  const tick = (timer) => {
    if (Date.now() < until) return send();
    clearInterval(timer);
    setTimeout(() => socket.close(), 1000);
  };
  socket.addEventListener('open', () => {
    until = Date.now() + 1000 * seconds;
    send();
    if (every) { const timer = setInterval(() => tick(timer), every); }
  });
  socket.addEventListener('message', (event) => {
    const id = String(event.data).split(' ')[1];
    roundTrip.add(Date.now() - sent.get(id));
    sent.delete(id);
    replies.add(1);
    if (every) return;
    if (Date.now() < until) send(); else socket.close();
  });
}

export function handleSummary(data) {
  return { stdout: JSON.stringify({ count: data.metrics.replies.values.count, ...data.metrics.round_trip.values }) + '\n' };
}
