/** Signals through an ad-hoc room: the room gateway, protocol section 5, with in-band authentication. */
export function open({ url, token, roomId, clientId }, { joined, left, received, failed, closed }) {
  const socket = new WebSocket(`${url}/ws/${roomId}`);
  const say = (message) => socket.send(JSON.stringify(message));
  const entry = ({ client_id, order }) => ({ id: client_id, order });
  let self;

  const send = (to, { description, candidate }) =>
    say(
      description
        ? { type: description.type, to, [description.type]: description }
        : { type: 'ice_candidate', to, candidate },
    );

  return new Promise((resolve, reject) => {
    socket.onclose = ({ code }) => {
      reject(new Error(`closed with ${code}`));
      closed(code);
    };
    socket.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      switch (event.type) {
        case 'auth_required':
          return say({ type: 'auth_token', token, clientId });
        case 'auth_success':
          self = event.client_id;
          return;
        case 'users_in_room':
          return resolve({
            id: self,
            order: event.order,
            others: event.users.map(entry),
            send,
            close: () => socket.close(),
          });
        case 'user_joined':
          return joined(entry(event));
        case 'user_left':
          return left(event.client_id);
        case 'offer':
        case 'answer':
          return received(event.from, { description: event[event.type] });
        case 'ice_candidate':
          return received(event.from, { candidate: event.candidate });
        case 'auth_error':
        case 'error':
          return failed(event);
      }
    };
  });
}
