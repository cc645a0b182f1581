import { applyDecorators } from '@nestjs/common';
import { WsDescribe, WsEmits } from '../../realtime/wire-docs.js';
import {
  CallAnswerEvent,
  CallIceCandidateEvent,
  CallOfferEvent,
  CallParticipantJoinedEvent,
  CallParticipantLeftEvent,
  CallRoomJoinedEvent,
  CallRoomLeftEvent,
  CallSignalingErrorEvent,
} from './call.event-shapes.js';
import { CALL_ERROR_MEANINGS } from './call.failures.js';

/** What the reference says of the call gateway, beside its commands. */
export const CallReference = (): ClassDecorator =>
  applyDecorators(
    WsDescribe({
      name: 'call',
      summary:
        'Call rooms: who is in one, and the WebRTC signals between them. A participant is its socket id, so one whose connection broke comes back as another one. A room is there while somebody is in it; a socket is in one at a time.',
      errors: CALL_ERROR_MEANINGS,
    }),
    WsEmits(
      CallRoomJoinedEvent,
      CallRoomLeftEvent,
      CallParticipantJoinedEvent,
      CallParticipantLeftEvent,
      CallOfferEvent,
      CallAnswerEvent,
      CallIceCandidateEvent,
      CallSignalingErrorEvent,
    ),
  );
