// For njs, nginx's JavaScript: what nginx-gateway.conf says to Aura about who is calling. The proof is
// hex(HMAC-SHA256(GATEWAY_SECRET, timestamp + "." + path with query)); Aura takes it for a minute.
import crypto from 'crypto';

/** Names come out of headers, where they are encoded, and go into a query, where they are again. */
function field(name, encoded) {
  return name + '=' + encodeURIComponent(decodeURIComponent(encoded || ''));
}

function path(r) {
  const v = r.variables;
  const fields = [
    field('user_id', v.user_id),
    field('nickname', v.user_nickname),
    field('email', v.user_email),
    field('profile_url', v.user_picture),
  ];
  return '/ws/chat/' + v.room_number + '/chat/?' + fields.join('&');
}

function timestamp() {
  return String(Math.floor(Date.now() / 1000));
}

function signature(r) {
  // The variables, not the functions: nginx works each out once a request, so that what is sent is what is signed.
  const text = r.variables.gateway_timestamp + '.' + r.variables.gateway_path;
  return crypto.createHmac('sha256', process.env.GATEWAY_SECRET).update(text).digest('hex');
}

export default { path, timestamp, signature };
