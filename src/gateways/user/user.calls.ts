import { Injectable, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { CallState } from '../../calls/call.js';
import type { Cancel } from '../../common/clock.js';
import { DomainEvents } from '../../common/domain-events.js';
import type { CallFacts } from '../../common/domain-events.js';
import type { NotificationEvent } from '../../notifications/dto/notification.dto.js';
import type { Shape } from '../../realtime/wire.js';
import { UserDevices } from './user.devices.js';

/** Rings on the callee's devices, whatever they are subscribed to, and tells them of what was missed (section 4). */
@Injectable()
export class UserCalls implements OnModuleInit, OnApplicationShutdown {
  private stop: Cancel = () => undefined;

  constructor(
    private readonly events: DomainEvents,
    private readonly devices: UserDevices,
  ) {}

  onModuleInit(): void {
    this.stop = this.events.on('call.changed', (call) => {
      const event = eventOf(call);
      if (event === undefined) return;
      for (const device of this.devices.devicesOf(call.calleeId)) {
        // It may be told again, or late.
        const told = `${call.callId} ${call.phase}`;
        if (
          device.context.toldOfCall === told ||
          (call.phase === 'ringing' && device.context.toldOfCall?.startsWith(call.callId))
        )
          continue;
        device.context.toldOfCall = told;
        device.send(event);
      }
    });
  }

  onApplicationShutdown(): void {
    this.stop();
  }
}

function eventOf(call: CallFacts): Shape<NotificationEvent> | undefined {
  const fields = {
    type: 'notification' as const,
    conversation_id: call.conversationId,
    call_id: call.callId,
    from_user_id: call.callerId,
    from_username: call.callerName,
  };
  if (call.phase === 'missed') return { ...fields, kind: 'call_missed' };
  if (call.phase !== 'ringing') return undefined;
  return { ...fields, kind: 'incoming_call', media: (call as CallState).media, expires_at: call.expiresAt };
}
