/**
 * The connection of one pair, by the pattern of perfect negotiation (https://www.w3.org/TR/webrtc/#perfect-negotiation-example):
 * both may offer at any moment, and when both do at once, the polite one takes its offer back.
 */
export class Peer {
  connection = new RTCPeerConnection();
  isPolite;
  channel;
  streams = [];
  /** Offers that met an offer of ours: how often ours gave way, or theirs. */
  glare = { gaveWay: 0, ignored: 0 };
  #send;
  #say;
  #media;
  #isOffering = false;
  #isIgnoring = false;
  #isSettingAnswer = false;

  constructor({ isPolite, media, send, said }) {
    this.isPolite = isPolite;
    this.#media = media;
    this.#send = send;
    this.#say = said;
    const { connection } = this;
    connection.onnegotiationneeded = () => this.#offer();
    connection.onicecandidate = ({ candidate }) => candidate && send({ candidate });
    connection.ontrack = ({ streams, track }) => this.#show(streams[0], track);
  }

  /** The later comer begins; the other answers with all that it has. */
  begin() {
    this.#addAll();
  }

  async description(description) {
    const isReady = !this.#isOffering && (this.connection.signalingState === 'stable' || this.#isSettingAnswer);
    const collides = description.type === 'offer' && !isReady;
    this.#isIgnoring = !this.isPolite && collides;
    if (collides) this.glare[this.#isIgnoring ? 'ignored' : 'gaveWay']++;
    if (this.#isIgnoring) return;
    this.#isSettingAnswer = description.type === 'answer';
    await this.connection.setRemoteDescription(description);
    this.#isSettingAnswer = false;
    if (description.type !== 'offer') return;
    this.#addAll();
    await this.connection.setLocalDescription();
    this.#send({ description: this.connection.localDescription });
  }

  async candidate(candidate) {
    try {
      await this.connection.addIceCandidate(candidate);
    } catch (error) {
      // A candidate of an offer that we did not take.
      if (!this.#isIgnoring) throw error;
    }
  }

  /** Whether an offer comes from a page that has begun anew, as after a reload: its session has another number. */
  isOfAnother({ type, sdp }) {
    const known = this.connection.remoteDescription;
    return type === 'offer' && known !== null && sessionOf(known.sdp) !== sessionOf(sdp);
  }

  close() {
    this.connection.close();
    for (const video of document.querySelectorAll('video')) if (this.streams.includes(video.srcObject)) video.remove();
  }

  #addAll() {
    if (this.channel) return;
    // Agreed on by both: one that is taken from `ondatachannel` was seen to bring messages, and never to say that it is open.
    this.channel = this.connection.createDataChannel('chat', { negotiated: true, id: 0 });
    this.channel.onmessage = ({ data }) => this.#say(data);
    for (const track of this.#media.getTracks()) this.connection.addTrack(track, this.#media);
  }

  async #offer() {
    try {
      this.#isOffering = true;
      await this.connection.setLocalDescription();
      this.#send({ description: this.connection.localDescription });
    } finally {
      this.#isOffering = false;
    }
  }

  #show(stream, track) {
    if (this.streams.includes(stream)) return;
    this.streams.push(stream);
    const video = Object.assign(document.createElement('video'), { srcObject: stream, autoplay: true, muted: true });
    video.title = track.kind;
    document.body.append(video);
  }
}

function sessionOf(sdp) {
  return /^o=\S+ (\d+)/m.exec(sdp)?.[1];
}
