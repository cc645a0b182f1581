/** Signals through a channel of type VIDEO: the channel gateway, protocol section 2. */
export function open({ url, token, channelId }, { joined, left, received, failed, closed }) {
  const socket = new WebSocket(`${url}/ws/channel/${channelId}?token=${token}&presence=none`);
  const say = (message) => socket.send(JSON.stringify(message));
  const entry = ({ connection_id, user_id, order }) => ({ id: connection_id, userId: user_id, order });
  /** Who owns a connection: a signal names both. */
  const users = new Map();
  const know = ({ id, userId, order }) => {
    users.set(id, userId);
    return { id, order };
  };
  const types = { offer: 'webrtc_offer', answer: 'webrtc_answer' };
  let self;

  const send = (to, { description, candidate }) =>
    say({
      type: types[description?.type] ?? 'webrtc_ice_candidate',
      target_user_id: users.get(to),
      target_connection_id: to,
      data: description ?? candidate,
    });

  return new Promise((resolve, reject) => {
    socket.onclose = ({ code }) => {
      reject(new Error(`closed with ${code}`));
      closed(code);
    };
    socket.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      switch (event.type) {
        case 'connected':
          self = event.connection_id;
          return say({ type: 'call_join', media: { audio: true, video: true } });
        case 'call_participants':
          return resolve({
            id: self,
            order: event.order,
            others: event.participants.map(entry).map(know),
            send,
            close: () => socket.close(),
          });
        case 'call_joined':
          return joined(know(entry(event)));
        case 'call_left':
          return left(event.connection_id);
        case 'webrtc_offer':
        case 'webrtc_answer':
          return received(event.from_connection_id, { description: event.data });
        case 'webrtc_ice_candidate':
          return received(event.from_connection_id, { candidate: event.data });
        case 'error':
          return failed(event);
      }
    };
  });
}
